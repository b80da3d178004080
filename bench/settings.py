"""The settings of a real site, plus the two views that its pages are compared with."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STORAGES, VAR_DIR, env

DEBUG = False
REQUIRE_SECOND_FACTOR = True
INSTALLED_APPS = [*INSTALLED_APPS, "bench.floor"]
ROOT_URLCONF = "bench.urls"
API_REQUESTS_PER_MINUTE = 0  # one address asks for everything here

STATIC_ROOT = env.path("BENCH_FOLDER", default=str(VAR_DIR / "bench"))("static")
STORAGES = STORAGES | {  # names with their hashes, as on a real site; whoever serves the files may compress them
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
}
