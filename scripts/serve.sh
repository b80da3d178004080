#!/bin/sh
# The steps of running Readout, one word each: the image, docker-compose.yml, `make demo` and the tests all use these.
set -eu
cd "$(dirname "$0")/.."

python=.venv/bin/python

case ${1:-} in
    static) # collect and compress static files; needs no settings of the place it will run at
        SECRET_KEY=unused SITE_URL=http://localhost EMAIL_URL=dummymail:// DATABASE_URL=sqlite://:memory: \
            exec "$python" manage.py collectstatic --noinput --verbosity 0
        ;;
    prepare) # bring the database up to date
        exec "$python" scripts/prepare.py
        ;;
    web)
        exec "$python" -m gunicorn config.wsgi --no-control-socket --bind "${BIND:-0.0.0.0}:${PORT:-8000}" \
            --workers "${WEB_CONCURRENCY:-2}" --threads 4 --timeout 60 --graceful-timeout 20 \
            --max-requests 50000 --max-requests-jitter 5000
        ;;
    worker)
        exec "$python" manage.py worker
        ;;
    manage) # any other command, for example: serve.sh manage createsuperuser
        shift
        exec "$python" manage.py "$@"
        ;;
    *)
        echo "usage: $0 static|prepare|web|worker|manage COMMAND" >&2
        exit 2
        ;;
esac
