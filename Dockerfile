# syntax=docker/dockerfile:1
# One image for every process: web (the default), worker, prepare; see scripts/serve.sh.

FROM python:3.13-slim AS base
ENV PYTHONUNBUFFERED=1
WORKDIR /app

# The packages of the lock, checked by their hashes; rebuilt only when the lock changes.
FROM base AS packages
COPY requirements.txt ./
COPY scripts/python.sh scripts/venv.sh scripts/
RUN scripts/venv.sh runtime

FROM base
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin readout \
    && install --directory --owner readout --group readout /data /data/media
COPY --from=packages /app/.venv .venv
COPY . .
RUN scripts/serve.sh static

# The code is root's and read-only to the process; all it writes is under /data.
USER readout
ENV MEDIA_ROOT=/data/media DATABASE_URL=sqlite:////data/readout.sqlite3
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD [".venv/bin/python", "scripts/healthcheck.py"]
ENTRYPOINT ["scripts/serve.sh"]
CMD ["web"]
