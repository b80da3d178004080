"""Settings of Readout, read from the environment.

`.env.example` explains every variable. What is missing or wrong stops the start with one line on standard error.
"""

import hashlib
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.FileAwareEnv()

# --- What the environment says -------------------------------------------------------------------------------------

try:
    DEBUG = env.bool("DEBUG", default=False)
    SECRET_KEY = env.str("SECRET_KEY", default="for-development-only-" * 3 if DEBUG else environ.Env.NOTSET)
    SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
    SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000" if DEBUG else environ.Env.NOTSET).rstrip("/")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEBUG else [])
    DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'readout.sqlite3'}")}
    CACHES = {"default": env.cache_url("CACHE_URL", default="dbcache://readout_cache")}
    # Whole pages are shared in Redis where there is one, else in files of this machine, and each process has some at
    # hand; a change of what is public outdates them all. No other portal's pages are taken for ours.
    _pages = hashlib.sha256(f"{SECRET_KEY} {DATABASES['default']}".encode()).hexdigest()[:16]
    CACHES["near"] = {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "near",
        "TIMEOUT": 300,
        "OPTIONS": {"MAX_ENTRIES": 500},
    }
    CACHES["pages"] = (
        {**CACHES["default"], "KEY_PREFIX": _pages}
        if CACHES["default"]["BACKEND"].endswith("RedisCache")
        else {
            "BACKEND": "events.shelf.PageFiles",
            "LOCATION": VAR_DIR / "pages" / _pages,
            "OPTIONS": {"MAX_ENTRIES": 1000},
        }
    )
    EMAIL = env.email_url("EMAIL_URL", default="consolemail://" if DEBUG else environ.Env.NOTSET)
    DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="readout@localhost")
    MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
    PROXY_COUNT = env.int("PROXY_COUNT", default=0)
    _days = env.list("REMINDER_DAYS", default=["3", "1", "-1"])
    # Sources of the Content Security Policy: * or addresses such as https://www.example.org
    EMBED_ANCESTORS = env.list("EMBED_ANCESTORS", default=["*"]) or ["'none'"]
    SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")
    API_REQUESTS_PER_MINUTE = env.int("API_REQUESTS_PER_MINUTE", default=300)
    SECURITY_POLICY = env.str("SECURITY_POLICY", default="")
    DATA_LICENCE = env.str("DATA_LICENCE", default="Creative Commons Attribution 4.0 International (CC BY 4.0)")
    DATA_LICENCE_URL = env.str("DATA_LICENCE_URL", default="https://creativecommons.org/licenses/by/4.0/")
    PRIVACY_CONTACT = env.str("PRIVACY_CONTACT", default="")
    PRIVACY_NOTE = env.str("PRIVACY_NOTE", default="")
    # Days after which what is kept about people goes; docs/operators.md says what each is.
    KEPT_DAYS = {"codes": 1, "mail_texts": 7, "mail": 90, "tasks": 7, "last_sign_in": 365}
    for _name, _number in env.dict("KEPT_DAYS", default={}).items():
        if _name not in KEPT_DAYS or not re.fullmatch("[1-9][0-9]{0,3}", _number):
            raise ImproperlyConfigured(f"KEPT_DAYS must be like mail=90,tasks=7 with any of {', '.join(KEPT_DAYS)}")
        KEPT_DAYS[_name] = int(_number)
    if PRIVACY_CONTACT and urlsplit(PRIVACY_CONTACT).scheme not in {"https", "mailto"}:
        raise ImproperlyConfigured("PRIVACY_CONTACT must begin with mailto: or https://")
    if PRIVACY_NOTE and not Path(PRIVACY_NOTE).is_file():
        raise ImproperlyConfigured("PRIVACY_NOTE must name a text file (Markdown) that is there")
    AUDIT_LOG = env.str("AUDIT_LOG", default="")
    if AUDIT_LOG and not Path(AUDIT_LOG).parent.is_dir():
        raise ImproperlyConfigured("AUDIT_LOG must name a file in a folder that is there")
    if not all(re.fullmatch(r"\s*-?[0-2]?[0-9]\s*", day) for day in _days):
        raise ImproperlyConfigured("REMINDER_DAYS must be days before the due day such as 3,1,-1, less than 30 away")
    REMINDER_DAYS = [int(day) for day in _days]
    _kept = env.str("CONTRIBUTIONS_KEPT_DAYS", default="90")
    if urlsplit(SITE_URL).scheme not in {"http", "https"} or not urlsplit(SITE_URL).hostname:
        raise ImproperlyConfigured("SITE_URL must be a full address such as https://outcomes.example.org")
    if not all(re.fullmatch(r"\*|'(none|self)'|https?://[\w.*-]+(:\d+)?", one) for one in EMBED_ANCESTORS):
        raise ImproperlyConfigured("EMBED_ANCESTORS must be * or addresses such as https://www.example.org")
    if SECURITY_CONTACT and urlsplit(SECURITY_CONTACT).scheme not in {"https", "mailto"}:
        raise ImproperlyConfigured("SECURITY_CONTACT must begin with mailto: or https://")
    if SECURITY_POLICY and urlsplit(SECURITY_POLICY).scheme != "https":
        raise ImproperlyConfigured("SECURITY_POLICY must begin with https://")
    if DATA_LICENCE_URL and urlsplit(DATA_LICENCE_URL).scheme not in {"http", "https"}:
        raise ImproperlyConfigured("DATA_LICENCE_URL must begin with https://")
    if not re.fullmatch("[1-9][0-9]{0,3}", _kept):
        raise ImproperlyConfigured("CONTRIBUTIONS_KEPT_DAYS must be a number of days from 1 to 9999")
    CONTRIBUTIONS_KEPT_DAYS = int(_kept)
    if not ALLOWED_HOSTS:
        ALLOWED_HOSTS = [str(urlsplit(SITE_URL).hostname)]
    if not SECRET_KEY:
        raise ImproperlyConfigured("SECRET_KEY is empty: set it to a long random text")
    if "ENGINE" not in DATABASES["default"] or not DATABASES["default"]["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name")
except (ImproperlyConfigured, ValueError) as error:
    sys.exit(f"Readout cannot start: {error}")

# --- Django --------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "config.staff_site.StaffSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "drf_spectacular",
    "participants",  # after Django's own apps: its groups need the permissions that auth makes after `migrate`
    "events",
    "outcomes",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.headers.FurtherHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "participants.middleware.PrivateResponses",  # outside the session and CSRF: it sees every cookie they set
    "participants.middleware.KnownBrowser",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "participants.middleware.Refusals",  # inside the session, to know who; outside of CSRF, which refuses as well
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "participants.middleware.SecondFactor",
    "config.staff_writes.StaffWrites",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ------------------------------------------------------------------------------------------------------

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # A room that submits at once fails on SQLite's defaults: writers queue (WAL, immediate transactions) for 20 s.
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
    VAR_DIR.mkdir(exist_ok=True)
else:
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "pool": {"min_size": 1, "max_size": 8, "timeout": 5}}
    _database["CONN_MAX_AGE"] = 0  # the pool keeps connections; Django must give them back

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Work outside the request --------------------------------------------------------------------------------------

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# What the worker does once an hour: tasks without arguments, each safe to run twice (`participants/upkeep.py`).
HOURLY_TASKS = [
    "participants.upkeep.clean_up",
    "outcomes.reminders.remind",
    "outcomes.upkeep.sweep_desk",
    "outcomes.retention.purge_contributions",
    "participants.importing.run.forget_imports",
    "outcomes.documents.making.forget_documents",
]

# What staff can bring in as a file: classes of `participants.importing.kinds.Kind`.
IMPORT_KINDS = [
    "events.importing.participants.ParticipantImport",
    "events.importing.agenda_import.AgendaImport",
    "outcomes.importing.outcomes.OutcomeImport",
    "outcomes.importing.report.ReportImport",
    "outcomes.importing.themes.ThemeImport",
]

# What the worker asks at every tick, every 15 seconds: functions that are quick and queue a task if something is due.
EACH_TICK = [
    "outcomes.publishing.queue_due",
    "events.api.limits.forget",
    "outcomes.dump.making.queue_if_outdated",
]

MAILERS = {
    "default": {
        "BACKEND": EMAIL["EMAIL_BACKEND"],
        "OPTIONS": {
            option: EMAIL[name]
            for option, name in {
                "host": "EMAIL_HOST",
                "port": "EMAIL_PORT",
                "username": "EMAIL_HOST_USER",
                "password": "EMAIL_HOST_PASSWORD",
                "use_tls": "EMAIL_USE_TLS",
                "use_ssl": "EMAIL_USE_SSL",
            }.items()
            if EMAIL.get(name) and EMAIL["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
        }
        | ({"timeout": 20} if EMAIL["EMAIL_BACKEND"].endswith("smtp.EmailBackend") else {}),
    },
}

# --- People --------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "participants.User"
_validators = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_validators}.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": f"{_validators}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_validators}.CommonPasswordValidator"},
    {"NAME": f"{_validators}.NumericPasswordValidator"},
    {"NAME": "participants.passwords.WordsOfTheSite"},
]
AUTHENTICATION_BACKENDS = ["participants.backends.StaffPasswords"]  # rapporteurs have one-time codes instead

# Staff reach no page of theirs without a second factor; the demo's accounts have none.
REQUIRE_SECOND_FACTOR = not DEBUG

ACCOUNT_ADAPTER = "participants.adapter.StaffAdapter"
ACCOUNT_FORMS = {"login": "participants.forms.StaffLoginForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # administrators make the accounts
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = PROXY_COUNT
MFA_ADAPTER = "participants.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "participants.forms.SecondFactorForm",
    "reauthenticate": "participants.forms.SecondFactorAgainForm",
    "activate_totp": "participants.forms.ActivateAppForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Readout"
MFA_TOTP_TOLERANCE = 1  # a clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG

# --- API -----------------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],  # no pages of its own
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],  # everybody sees the same
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "events.api.problems.answered",
    "DEFAULT_SCHEMA_CLASS": "events.api.schema.Description",
}

SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "Readout",
    "VERSION": "1",
    "DESCRIPTION": "What policy dialogues concluded, for programs: the same as on the pages, by the same filters.",
    "LICENSE": {"name": DATA_LICENCE, "url": DATA_LICENCE_URL} if DATA_LICENCE_URL else {"name": DATA_LICENCE},
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVERS": [{"url": SITE_URL}],
    "SORT_OPERATION_PARAMETERS": False,
    "ENUM_NAME_OVERRIDES": {
        "OutcomeKind": "outcomes.models.Outcome.Kind",
        "SessionKind": "events.models.Session.Kind",
        "DocumentKind": "events.models.Resource.Kind",
        "SectionKind": "outcomes.models.ReportSection.Kind",
        "PartnerRole": "events.models.EventPartner.Role",
        "Progress": "outcomes.models.Outcome.Progress",
        "ActorType": "participants.models.ActorType",
        "Attention": "outcomes.api.serializers.ATTENTION",
    },
    "ENUM_SUFFIX": "",
}

# --- Language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]

# --- Files ---------------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": ("django.contrib.staticfiles.storage.StaticFilesStorage" if DEBUG else "config.static.HashedFiles"),
    },
}
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# --- Safety --------------------------------------------------------------------------------------------------------

_https = SITE_URL.startswith("https://")

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "object-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SESSION_COOKIE_NAME = "__Host-readout" if _https else "readout"
CSRF_COOKIE_NAME = "__Host-csrf" if _https else "csrf"
KNOWN_COOKIE_NAME = "__Host-known" if _https else "known"  # of staff: this browser has signed in before
USED_COOKIE_NAME = "__Host-used" if _https else "used"  # of staff: when it last used the admin
SESSION_COOKIE_AGE = 14 * 24 * 3600
FILING_ENDS = "events.deadline.filing_ends"  # a rapporteur's session lasts until then (`participants/lifetimes.py`)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SESSION_ENGINE = "participants.session_store"
LOGIN_URL = reverse_lazy("sign-in")
LOGIN_REDIRECT_URL = reverse_lazy("outcomes:desk")
LOGOUT_REDIRECT_URL = reverse_lazy("home")

# --- Log -----------------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "format": "{asctime} {levelname} {name} {message}",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",  # a moment without its offset is none
            "style": "{",
        },
        "line": {"format": "{message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain"},
        "audit": (
            {"class": "logging.handlers.WatchedFileHandler", "filename": AUDIT_LOG, "delay": True, "formatter": "line"}
            if AUDIT_LOG
            else {"class": "logging.StreamHandler", "formatter": "line"}
        ),
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        **{name: {"level": "WARNING"} for name in ("django.tasks", "django_tasks_db")},  # not every run of a task
        "readout.audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},  # participants/audit.py
    },
}
