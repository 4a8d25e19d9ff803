"""The only settings. Every difference between deployments comes from the environment."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.conf.global_settings import LANGUAGES as ALL_LANGUAGES

from portal.core import addresses, environment, logs

BASE_DIR = Path(__file__).resolve().parent.parent

# A value that cannot be used falls back to its default and is a fault (portal/core/checks.py).
env = environment.Environment(BASE_DIR / ".env")
env.know("ACCORD_REQUIRE", "ACCORD_TEST_DB", "ACCORD_CHROMIUM", "ACCORD_REAL_DATA")

VAR_DIR = env.writable(
    "ACCORD_VAR_DIR", env.read("ACCORD_VAR_DIR", BASE_DIR / "var", environment.folder(BASE_DIR))
)
DEBUG = env.read("ACCORD_DEBUG", False, environment.flag)
SECRET_KEY = env.text("ACCORD_SECRET_KEY") or environment.embedded_secret(VAR_DIR / "secret_key")
BASE_URL = env.read("ACCORD_BASE_URL", "http://127.0.0.1:8000", addresses.base_url)
IS_HTTPS = BASE_URL.startswith("https://")
BASE_HOST = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = env.read(
    "ACCORD_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", BASE_HOST], environment.hosts
)

# The apps, ground floor first. The same order is the layer contract in pyproject.toml.
INSTALLED_APPS = [
    "portal.core",
    "portal.accounts",
    "portal.activity",
    "portal.jobs",
    "portal.notifications",
    "portal.todo",
    "portal.topics",
    "portal.documents",
    "portal.funnel",
    "portal.slas",
    "portal.feedback",
    "personas",
    "campaigns",
    "campaigns.competitors",
    "campaigns.talking_points",
    "leads",
    "leads.segments",
    "leads.scoring",
    "leads.companies",
    "leads.outreach",
    "leads.bulk",
    "leads.routing",
    "leads.opportunities",
    "leads.merging",
    "leads.intake",
    "leads.handoffs",
    "leads.privacy",
    "leads.queue",
    "portal.metrics",
    "portal.reports",
    "portal.webhooks",
    "portal.search",
    "portal.dashboard",
    "portal.operations",
    "portal.accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "allauth.usersessions",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "csp",
]

MIDDLEWARE = [
    "django_structlog.middlewares.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.accounts.middleware.SessionLifeMiddleware",
    "portal.accounts.middleware.PersonMiddleware",
    "portal.accounts.middleware.PrivatePagesMiddleware",
    "portal.accounts.lapsed.SignInRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "portal.core.middleware.RuleViolationMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.context.shell",
            ],
            "builtins": [
                "portal.core.templatetags.portal_ui",
                "portal.core.templatetags.portal_numbers",
                "portal.documents.templatetags.documents",
            ],
        },
    }
]

FORM_RENDERER = "portal.core.renderers.PlainRenderer"

# --- data -----------------------------------------------------------------------------------
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000; "
        "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA journal_size_limit=67108864;"
    ),
}
EMBEDDED_DATABASE = addresses.sqlite(VAR_DIR / "accord.sqlite3")
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.read("DATABASE_URL", EMBEDDED_DATABASE, addresses.database(BASE_DIR))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Opening the file and reading its schema takes as long as a small page.
    DATABASES["default"] |= {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": 60}
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in limits count here, so it must be one cache for all processes.
DATABASE_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "accord_cache",
}
CACHES = {"default": env.read("ACCORD_CACHE_URL", DATABASE_CACHE, addresses.cache)}

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["portal.accounts.backends.RoleBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LEAD_VISIBILITY = env.read(
    "ACCORD_LEAD_VISIBILITY", "team", environment.choice("everyone", "team", "own")
)
TALKING_POINT_SIGNERS = env.read(
    "ACCORD_TALKING_POINT_SIGNERS", ["marketing"], environment.choices("marketing", "sales")
)
#: Failed tries in 15 minutes: per name, per address.
LOGIN_LIMIT = env.read("ACCORD_LOGIN_LIMIT", (10, 100), environment.login_limit)
DEMO_PASSWORD = env.read("ACCORD_DEMO_PASSWORD", "", environment.password)

# Sign-in through the company's OpenID Connect provider: all three of these, or none.
OIDC = {
    "client_id": env.text("ACCORD_OIDC_CLIENT_ID"),
    "secret": env.text("ACCORD_OIDC_CLIENT_SECRET"),
    "server_url": env.read("ACCORD_OIDC_SERVER_URL", "", addresses.secure_url),
}
OIDC_NAME = env.text("ACCORD_OIDC_NAME", "Single sign-on")
SOCIALACCOUNT_PROVIDERS = addresses.sign_in_provider(OIDC, name=OIDC_NAME)

# --- the door (allauth, sessions, tokens) -----------------------------------------------------
ACCOUNT_ADAPTER = "portal.notifications.door.PostingAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
# Tries are counted in the database (portal/accounts/limits.py), not in allauth's cache.
ACCOUNT_RATE_LIMITS = False
ACCOUNT_FORMS = {
    "reset_password": "portal.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "portal.accounts.forms.ResetPasswordKeyForm",
    "set_password": "portal.accounts.forms.SetPasswordForm",
    "change_password": "portal.accounts.forms.ChangePasswordForm",
}
MFA_ADAPTER = "portal.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "authenticate": "portal.accounts.forms.CodeForm",
    "reauthenticate": "portal.accounts.forms.CodeAgainForm",
}
SOCIALACCOUNT_ADAPTER = "portal.accounts.adapter.SocialAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
#: The role that people get whom the provider knows and Accord does not; nobody is made without it.
OIDC_NEW_ROLE = env.read(
    "ACCORD_OIDC_NEW_ROLE", "", environment.choice("marketer", "rep", "executive")
)
PASSWORD_RESET_TIMEOUT = 60 * 60
#: Seconds: without a click, and in all.
SESSION_IDLE = env.read("ACCORD_SESSION_IDLE_HOURS", 8, environment.hours) * 60 * 60
SESSION_LIFETIME = env.read("ACCORD_SESSION_HOURS", 12, environment.hours) * 60 * 60
SESSION_COOKIE_AGE = SESSION_LIFETIME
#: How many proxies in front of Accord are its own; their word about the caller's address counts.
TRUSTED_PROXIES = env.read("ACCORD_TRUSTED_PROXIES", 0, environment.count)
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 (the name of a model)
# The package's own table would only be in the way: its model is swapped for ours.
MIGRATION_MODULES = {"knox": None}
REST_KNOX = {"TOKEN_LIMIT_PER_USER": 50}

# --- language and place ---------------------------------------------------------------------
LANGUAGE_CODE = env.read("ACCORD_LANGUAGE", "en-gb", environment.language(ALL_LANGUAGES))
TIME_ZONE = env.read("ACCORD_TIME_ZONE", "UTC", environment.time_zone)
USE_TZ = True
USE_I18N = True
#: What a person may choose for themselves: the portal's own words are English.
LANGUAGES = [("en-gb", "English (United Kingdom)"), ("en", "English (United States)")]
LANGUAGES += [(LANGUAGE_CODE, dict(ALL_LANGUAGES)[LANGUAGE_CODE])] * (
    LANGUAGE_CODE not in dict(LANGUAGES)
)
CURRENCY = env.read("ACCORD_CURRENCY", "EUR", environment.currency)

# --- files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": env.read(
        "ACCORD_MEDIA_URL", addresses.local_files(MEDIA_ROOT), addresses.media(BASE_DIR)
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
IMPORT_LIMIT = env.read("ACCORD_IMPORT_LIMIT", 200 * 1024 * 1024, environment.size)  # bytes
# Swagger's source maps name files that its package leaves out.
WHITENOISE_MANIFEST_STRICT = False

# --- API ------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.accounts.rest.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.accounts.rest.RolePermission"],
    "DEFAULT_PAGINATION_CLASS": "portal.core.rest.KeysetPagination",
    "DEFAULT_FILTER_BACKENDS": [
        "portal.core.filters.StrictFilterBackend",
        "portal.core.filters.WordSearch",
    ],
    "DEFAULT_SCHEMA_CLASS": "portal.core.openapi.PortalSchema",
    "DEFAULT_PARSER_CLASSES": [
        "portal.core.rest.StrictJSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "portal.core.problems.problem_details",
    "PAGE_SIZE": 50,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Accord API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["portal.accounts.rest.RolePermission"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "DeliveryKind": "portal.webhooks.models.Delivery.Kind",
        "DeliveryState": "portal.webhooks.models.Delivery.State",
        "Department": "portal.accounts.roles.Department",
        "DocumentStatus": "portal.documents.models.Document.Status",
        "HeardState": "leads.models.Lead.Heard",
        "ImportState": "leads.intake.models.Import.State",
        "LeadStatus": "leads.models.Lead.Status",
        "RelationKind": "leads.companies.models.Relation.Kind",
        "RevisionState": "portal.documents.models.Revision.State",
        "ThreadKind": "portal.feedback.models.Thread.Kind",
        "ThreadState": "portal.feedback.models.Thread.State",
        "TouchpointKind": "leads.models.Touchpoint.Kind",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.core.openapi.add_problem",
    ],
}

# --- browser --------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        # Browsers apply this to the redirect after a form, and sign-in goes to the provider.
        "form-action": [SELF, *addresses.origins(OIDC["server_url"])],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if IS_HTTPS:
    CSRF_TRUSTED_ORIGINS = [BASE_URL]
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-accord_session", "__Host-accord_csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True
    # TLS ends at a proxy in front, which must set or remove this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

# --- background work ------------------------------------------------------------------------
# A message only wakes a worker; the job row is the truth (portal/jobs).
BROKER_URL = env.read("ACCORD_BROKER_URL", "", addresses.broker)
# What belongs to running processes, apart for each database, so that no worker is woken for
# rows that it does not have. Options differ from process to process, the database does not.
_same_rows = {name: DATABASES["default"].get(name) for name in ("ENGINE", "NAME", "HOST", "PORT")}
RUN_DIR = VAR_DIR / "run" / hashlib.sha256(repr(_same_rows).encode()).hexdigest()[:12]
BROKER_DIR = RUN_DIR / "broker"
CELERY_BEAT_SCHEDULE_FILENAME = str(RUN_DIR / "timetable")
CELERY_BROKER_URL = BROKER_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = addresses.transport_options(BROKER_URL, BROKER_DIR)
# --- mail, logs, figures --------------------------------------------------------------------
EMBEDDED_MAIL = {
    "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
    "EMAIL_FILE_PATH": str(VAR_DIR / "outbox"),
}
globals().update(env.read("ACCORD_EMAIL_URL", EMBEDDED_MAIL, addresses.email))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("ACCORD_EMAIL_FROM", f"Accord <accord@{BASE_HOST}>")

LOG_FILE = env.read("ACCORD_LOG_FILE", str(VAR_DIR / "accord.log"), environment.log_file(BASE_DIR))
LOGGING = logs.settings_for(LOG_FILE)
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = 10
#: Opens /metrics to others than this machine.
METRICS_TOKEN = env.read("ACCORD_METRICS_TOKEN", "", environment.token)
ENVIRONMENT = env
