"""Every setting of the platform. All differences between machines come from the environment (see .env.example)."""

from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from webplatform.common.configuration.environment import (
    DATABASE,
    LEVELS,
    REDIS,
    WEB,
    Environment,
    database_from,
    unusable,
)
from webplatform.common.configuration.object_store import object_store_from
from webplatform.common.configuration.secrets import local_secret
from webplatform.common.rate_limits.rates import rate_from
from webplatform.studies.retention_policy import MOST_DAYS

ROOT = Path(__file__).resolve().parent.parent
env = Environment()
env.read_env(env.text("RAUT_ENV_FILE", str(ROOT / ".env")))

# -- where and how ----------------------------------------------------------------------------------------------------
PRODUCTION = env.flag("RAUT_PRODUCTION", False)
DEBUG = env.flag("RAUT_DEBUG", False) and not PRODUCTION
RAUT_DEMO = env.flag("RAUT_DEMO", False) and not PRODUCTION  # `manage.py demo` sets it for its own processes
DATA_DIR = env.folder("RAUT_DATA_DIR", str(ROOT / "var"))


def _required_in_production(name: str, default: str) -> str:
    """A value that production must state and the embedded default may leave out."""
    value = env.text(name, "")
    if PRODUCTION and not value:
        raise unusable(name, "must be set when RAUT_PRODUCTION is on", "See .env.example.")
    return value or default


SECRET_KEY = _required_in_production("SECRET_KEY", "") or local_secret(DATA_DIR / "secret_key")
if PRODUCTION and len(SECRET_KEY) < 50:
    raise unusable("SECRET_KEY", "is too short to be safe", "See .env.example for how to make one.")
ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", _required_in_production("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"))
PUBLIC_URL = _required_in_production("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
env.address("PUBLIC_URL", PUBLIC_URL, WEB)
CSRF_TRUSTED_ORIGINS = env.several("CSRF_TRUSTED_ORIGINS", env.text("CSRF_TRUSTED_ORIGINS", PUBLIC_URL))
for _origin in CSRF_TRUSTED_ORIGINS:
    env.address("CSRF_TRUSTED_ORIGINS", _origin, WEB)
REDIS_URL = env.address("REDIS_URL", _required_in_production("REDIS_URL", "redis://127.0.0.1:6379/0"), REDIS)
RAUT_EMBEDDED_REDIS = not env.text("REDIS_URL", "")  # `manage.py up` then brings its own

INSTALLED_APPS = [
    "servestatic.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "channels",
    "corsheaders",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "webplatform.vault",
    "webplatform.accounts",
    "webplatform.studies",
    "webplatform.consent",
    "webplatform.modelhub",
    "webplatform.history",
    "webplatform.analysis",
    "webplatform.live",
    "webplatform.learning",
    "webplatform.webhooks",
    "webplatform.fetching",
    "webplatform.exporting",
    "webplatform.retention",
    "webplatform.dashboard",
    "webplatform.results",
    "webplatform.documents",
    "webplatform.participation",
    "webplatform.operations",
]

MIDDLEWARE = [
    "webplatform.common.http.request_ids.RequestIds",
    "webplatform.common.http.trailing_slash.FinalSlash",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "webplatform.common.http.headers.DeviceAndOrigin",
    "corsheaders.middleware.CorsMiddleware",
    "webplatform.common.http.static.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "webplatform.common.localization.time_zones.Zones",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "webplatform.accounts.two_factor.SecondFactor",
    "webplatform.accounts.login_ages.LoginsEnd",
    "webplatform.common.input.strict_input.StrictAddresses",
    "webplatform.common.http.pages.RefusalPages",
    "webplatform.common.rest.api_responses.ApiAnswers",
    "webplatform.accounts.idempotency.Idempotency",
]

ROOT_URLCONF = "webplatform.urls"
ASGI_APPLICATION = "webplatform.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "webplatform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
            "builtins": ["webplatform.common.http.template_tags"],
        },
    }
]


# -- data -------------------------------------------------------------------------------------------------------------
_database = _required_in_production("DATABASE_URL", f"sqlite:///{DATA_DIR}/raut.sqlite3")
_pool = env.number("RAUT_DB_POOL", 0, least=0)  # the web process has 20 if nothing is said (operations/server.py)
DATABASES = {"default": database_from(env.address("DATABASE_URL", _database, DATABASE), DATA_DIR, _pool)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "webplatform.common.redis.cache.ForgivingRedisCache", "LOCATION": REDIS_URL}}
_channels = {"hosts": [REDIS_URL], "prefix": "raut", "capacity": 2000, "expiry": 15}
CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": _channels}}

# -- jobs -------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True  # state lives in our own rows
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "housekeeping"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.number("RAUT_WORKER_MAX_MEMORY_MB", 1024) * 1024  # KiB, between two jobs
CELERY_TASK_TIME_LIMIT = 6 * 3600  # s; ends a decoder that hangs, which no heartbeat tells from one that works
# A request never waits for Redis: the beat enqueues what a lost message left behind.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 3, "max_retries": 0}

# -- the job's limits -------------------------------------------------------------------------------------------------
RAUT_MAX_UPLOAD_MB = env.number("RAUT_MAX_UPLOAD_MB", 2048)
RAUT_UPLOAD_HOURS = env.number("RAUT_UPLOAD_HOURS", 24)
RAUT_MAX_VIDEO_MINUTES = env.number("RAUT_MAX_VIDEO_MINUTES", 120)
RAUT_DECODE_MEMORY_MB = env.number("RAUT_DECODE_MEMORY_MB", 2048, least=0)
RAUT_SAMPLE_EVERY_MS = env.number("RAUT_SAMPLE_EVERY_MS", 200, most=60_000)
RAUT_STRETCH_SECONDS = env.number("RAUT_STRETCH_SECONDS", 60, least=0)
RAUT_TWO_PERSON_PROMOTION = env.flag("RAUT_TWO_PERSON_PROMOTION", False)
RAUT_BUNDLE_SIGNING_KEY = env.text("RAUT_BUNDLE_SIGNING_KEY", "")
RAUT_BUNDLE_TRUSTED_KEYS = env.several("RAUT_BUNDLE_TRUSTED_KEYS", env.text("RAUT_BUNDLE_TRUSTED_KEYS", ""))
RAUT_BACKEND = env.choice("RAUT_BACKEND", "litert", ("litert", "tensorflow"))
RAUT_LIVE_MAX_FPS = env.number("RAUT_LIVE_MAX_FPS", 30, most=1000)
RAUT_LIVE_MAX_MINUTES = env.number("RAUT_LIVE_MAX_MINUTES", 120)
RAUT_EVENT_STREAMS = env.number("RAUT_EVENT_STREAMS", 64, least=0)
RAUT_LIVE_MAX_SOCKETS = env.number("RAUT_LIVE_MAX_SOCKETS", 64)
RAUT_WEB_GRACE_SECONDS = env.number("RAUT_WEB_GRACE_SECONDS", 2, most=600)
RAUT_MIN_FREE_DISK_MB = env.number("RAUT_MIN_FREE_DISK_MB", 500, least=0)
RAUT_STORAGE_QUOTA_MB = env.number("RAUT_STORAGE_QUOTA_MB", 51_200, least=0)
RAUT_QUEUE_PER_ACCOUNT = env.number("RAUT_QUEUE_PER_ACCOUNT", 1000, least=0)
RAUT_QUEUE_PER_STUDY = env.number("RAUT_QUEUE_PER_STUDY", 5000, least=0)
RAUT_ANALYSIS_NICE = env.number("RAUT_ANALYSIS_NICE", 5, least=0, most=19)
RAUT_TRAINING_NICE = env.number("RAUT_TRAINING_NICE", 10, least=0, most=19)
RAUT_JOB_STALE_SECONDS = env.number("RAUT_JOB_STALE_SECONDS", 30)
RAUT_JOB_MAX_ATTEMPTS = env.number("RAUT_JOB_MAX_ATTEMPTS", 3)
RAUT_TIMELINE_MOST_BUCKETS = env.number("RAUT_TIMELINE_MOST_BUCKETS", 500_000)
MEDIA_ROOT = DATA_DIR / "media"
FILE_UPLOAD_TEMP_DIR = str(DATA_DIR / "uploads")
(DATA_DIR / "uploads").mkdir(exist_ok=True)
FILE_UPLOAD_HANDLERS = ["webplatform.vault.uploads.SealedUploads"]  # moved into place, never read in
# The first one wraps the keys of new sessions, every one opens them (docs/operations.md, "Keys").
RAUT_MEDIA_KEYS = (_required_in_production("RAUT_MEDIA_KEYS", "") or local_secret(DATA_DIR / "media_key")).split(",")
if PRODUCTION and any(len(key) < 43 for key in RAUT_MEDIA_KEYS):
    raise unusable("RAUT_MEDIA_KEYS", "is too short to be safe in one of its keys", "See .env.example.")
RAUT_KEYS_DIR = Path(env.text("RAUT_KEYS_DIR", str(DATA_DIR / "keys"))).resolve()

# Files that machines share without a file system, and then keys in the database (docs/operations.md, "Object store").
_endpoint = env.text("RAUT_OBJECT_STORE_ENDPOINT", "")
RAUT_OBJECT_STORE = object_store_from(
    env.text("RAUT_OBJECT_STORE", ""),
    endpoint=env.address("RAUT_OBJECT_STORE_ENDPOINT", _endpoint, WEB) if _endpoint else "",
    region=env.text("RAUT_OBJECT_STORE_REGION", ""),
    key=env.secret("RAUT_OBJECT_STORE_KEY", env.text("RAUT_OBJECT_STORE_KEY_FILE", "")),
    secret=env.secret("RAUT_OBJECT_STORE_SECRET", env.text("RAUT_OBJECT_STORE_SECRET_FILE", "")),
)
RAUT_KEYS_IN = env.choice("RAUT_KEYS_IN", "database" if RAUT_OBJECT_STORE else "folder", ("folder", "database"))

# Who answers for the platform; the documents that it writes about itself name them.
RAUT_CONTROLLER = env.text("RAUT_CONTROLLER", "")
RAUT_DPO = env.text("RAUT_DPO", "")
RAUT_REQUIRE_ASSESSMENT = env.flag("RAUT_REQUIRE_ASSESSMENT", PRODUCTION)

# -- retention --------------------------------------------------------------------------------------------------------
# How long a study keeps what, where it says nothing: studies/retention_policy.py.
RAUT_RETENTION_MAX_DAYS = env.number("RAUT_RETENTION_MAX_DAYS", MOST_DAYS, most=MOST_DAYS)
RAUT_BIN_DAYS = env.number("RAUT_BIN_DAYS", 7, least=0, most=90)
RAUT_EXPORT_DAYS = env.number("RAUT_EXPORT_DAYS", 7)
RAUT_PURGE_MOST = env.number("RAUT_PURGE_MOST", 50)
RAUT_PURGE_MOST_PERCENT = env.number("RAUT_PURGE_MOST_PERCENT", 20, most=100)
RAUT_CLOCK_JUMP_HOURS = env.number("RAUT_CLOCK_JUMP_HOURS", 48)
RAUT_KEY_GRACE_HOURS = env.number("RAUT_KEY_GRACE_HOURS", 72, least=0)
RAUT_LEDGER = Path(env.text("RAUT_LEDGER", str(DATA_DIR / "erasures.jsonl")))

# -- webhooks: only https and public addresses, unless these say otherwise (docs/api.md, "Webhooks") -------------------
RAUT_WEBHOOK_HTTP = env.flag("RAUT_WEBHOOK_HTTP", False)
RAUT_WEBHOOK_PRIVATE = env.flag("RAUT_WEBHOOK_PRIVATE", False)
RAUT_WEBHOOK_KEEP_DAYS = env.number("RAUT_WEBHOOK_KEEP_DAYS", 30, most=365)
RAUT_WEBHOOK_OFF_DAYS = env.number("RAUT_WEBHOOK_OFF_DAYS", 5, most=365)

# -- videos from addresses: off unless hosts are named; https and public addresses alone, unless these say otherwise ---
RAUT_FETCH_HOSTS = env.several("RAUT_FETCH_HOSTS", env.text("RAUT_FETCH_HOSTS", ""))
RAUT_FETCH_HTTP = env.flag("RAUT_FETCH_HTTP", False)
RAUT_FETCH_PRIVATE = env.flag("RAUT_FETCH_PRIVATE", False)
if RAUT_FETCH_PRIVATE and "*" in RAUT_FETCH_HOSTS:
    raise unusable("RAUT_FETCH_PRIVATE", "is on for every host", "Name the hosts in RAUT_FETCH_HOSTS instead of *.")
RAUT_FETCH_MINUTES = env.number("RAUT_FETCH_MINUTES", 60)

# -- how often --------------------------------------------------------------------------------------------------------
_rates = {"read": env.text("RAUT_RATE_READ", "1200/m"), "write": env.text("RAUT_RATE_WRITE", "300/m")}
_rates |= {"upload": env.text("RAUT_RATE_UPLOAD", "600/h"), "live": env.text("RAUT_RATE_LIVE", "240/m")}
_rates |= {"link": env.text("RAUT_RATE_LINK", "20/m"), "signup": env.text("RAUT_RATE_SIGNUP", "30/h")}
RAUT_RATES = {what: rate_from(rate, f"RAUT_RATE_{what.upper()}") for what, rate in _rates.items()}

# -- accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
_rules = {"MinimumLength": {"min_length": 10}, "UserAttributeSimilarity": {}}
_rules |= {"CommonPassword": {}, "NumericPassword": {}}
_validation = "django.contrib.auth.password_validation.{}Validator"
AUTH_PASSWORD_VALIDATORS = [{"NAME": _validation.format(rule), "OPTIONS": how} for rule, how in _rules.items()]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
_verification = "mandatory" if PRODUCTION else "optional"
ACCOUNT_FORMS = {"signup": "webplatform.accounts.signing_up.SignUpForm"}
ACCOUNT_EMAIL_VERIFICATION = env.choice("RAUT_EMAIL_VERIFICATION", _verification, ("mandatory", "optional", "none"))
ACCOUNT_ADAPTER = "webplatform.accounts.adapter.AccountAdapter"
ACCOUNT_CHANGE_EMAIL = ACCOUNT_REAUTHENTICATION_REQUIRED = ACCOUNT_EMAIL_NOTIFICATIONS = True
# Per network address; accounts.lockout counts per account.
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip", "signup": f"{_rates['signup']}/ip"}
MFA_ADAPTER = "webplatform.accounts.two_factor.SealedSecrets"
MFA_FORMS = {"authenticate": "webplatform.accounts.two_factor.AuthenticateForm"}
MFA_TOTP_ISSUER = "Raut"
MFA_TOTP_TOLERANCE = 1  # codes before and after, of 30 s each: phones' clocks differ
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an address can be changed while the second factor is on
RAUT_REQUIRE_MFA_FOR_STAFF = env.flag("RAUT_REQUIRE_MFA_FOR_STAFF", PRODUCTION)
RAUT_LOGIN_IDLE_HOURS = env.number("RAUT_LOGIN_IDLE_HOURS", 24)
RAUT_LOGIN_DAYS = env.number("RAUT_LOGIN_DAYS", 14)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
RAUT_SIGNUP_OPEN = env.flag("RAUT_SIGNUP_OPEN", not PRODUCTION)  # anybody who signs up may fill the disk
_mail = env.address("EMAIL_URL", env.text("EMAIL_URL", "consolemail://"), env.EMAIL_SCHEMES)
vars().update(env.email_url_config(_mail))
if PRODUCTION and not env.text("EMAIL_URL", ""):
    EMAIL_BACKEND = "webplatform.common.outbound.mail.NoMail"
    if RAUT_SIGNUP_OPEN and ACCOUNT_EMAIL_VERIFICATION == "mandatory":
        raise unusable("EMAIL_URL", "must be set where people sign up and confirm their address", "See .env.example.")
elif PRODUCTION and _mail.startswith("consolemail"):
    raise unusable("EMAIL_URL", "would print letters with valid links into the log", "Name a mail server, or none.")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "raut@localhost")

OIDC_SERVER_URL = env.text("OIDC_SERVER_URL", "").rstrip("/")
OIDC_NAME = env.text("OIDC_NAME", "OpenID Connect")
if OIDC_SERVER_URL:
    env.address("OIDC_SERVER_URL", OIDC_SERVER_URL, WEB)
    INSTALLED_APPS += ["allauth.socialaccount", "allauth.socialaccount.providers.openid_connect"]
    _oidc = {
        "client_id": env.needed("OIDC_CLIENT_ID"),
        "secret": env.needed("OIDC_CLIENT_SECRET"),
        "provider_id": "sso",
    }
    _oidc |= {"name": OIDC_NAME, "settings": {"server_url": OIDC_SERVER_URL}}
    SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [_oidc], "OAUTH_PKCE_ENABLED": True}}
    SOCIALACCOUNT_ADAPTER = "webplatform.accounts.single_sign_on.SingleSignOn"
    SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True  # if confirmed there

# -- REST -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "webplatform.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_THROTTLE_CLASSES": [
        "webplatform.common.rate_limits.throttling.ApiThrottle",
        "webplatform.common.rest.declared.DeclaredOnly",
    ],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_SCHEMA_CLASS": "webplatform.accounts.schema.ScopedSchema",
    "DEFAULT_PARSER_CLASSES": [
        "webplatform.common.input.strict_input.StrictJson",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_RENDERER_CLASSES": ["webplatform.common.rest.serializing.Json"],
    "DEFAULT_PAGINATION_CLASS": "webplatform.common.rest.paging.Pages",
    "EXCEPTION_HANDLER": "webplatform.common.rest.error_handler.error_response",
}
_enums = {"Emotion": "history.models.EMOTION_CHOICES", "State": "history.models.Session.State"}
_enums |= {"Language": "settings.LANGUAGES", "RequestState": "studies.models.ParticipantRequest.State"}
_enums |= {"TokenScope": "accounts.models.ApiToken.Scope", "ConsentScope": "consent.models.ConsentScope"}
_enums |= {"FiguresState": "results.models.StudyFigures.State"}
_enums |= {"RequestKind": "studies.models.ParticipantRequest.Kind", "ReceiptKind": "retention.models.Receipt.Kind"}
_enums |= {"SegmentKind": "history.models.Segment.Kind", "FaceEditKind": "history.models.FaceEdit.Kind"}
_enums |= {"StretchKind": "history.stretches.KINDS", "TimeUnit": "history.mark_files.UNITS"}
_enums |= {"Likelihood": "history.cloud_api.LIKELIHOOD_CHOICES"}
_enums |= {"VariableKind": "studies.design.Variable.Kind"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Raut",
    "DESCRIPTION": "Reads facial expressions from video. It reports what a face shows, not what a person feels.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": False},  # it puts links into buttons
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # what a PATCH may leave out stands in its own serializer
    "SERVERS": [{"url": PUBLIC_URL, "description": "This server."}],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "webplatform.common.rest.document.complete",
    ],
    "ENUM_NAME_OVERRIDES": {f"{name}Enum": f"webplatform.{place}" for name, place in _enums.items()},
}

# Pages of other sites that may call the API by script, with a token; none if not set. Cookies are never taken along.
CORS_ALLOWED_ORIGINS = env.several("RAUT_CORS_ORIGINS", env.text("RAUT_CORS_ORIGINS", ""))
for _origin in CORS_ALLOWED_ORIGINS:
    env.address("RAUT_CORS_ORIGINS", _origin, WEB)
CORS_URLS_REGEX = r"^/api/"
_tus = ["tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-checksum"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "participant-key", *_tus]
CORS_EXPOSE_HEADERS = ["location", "retry-after", "etag", "x-request-id", "ratelimit", "ratelimit-policy", *_tus]

# -- pages ------------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("id", _("Indonesian"))]
LOCALE_PATHS = [ROOT / "webplatform" / "locale"]
FORMAT_MODULE_PATH = "webplatform.locale"
TIME_ZONE = env.zone("TIME_ZONE", "UTC")
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
# Browser libraries are fetched by `npm ci`; only the files that a page loads are served.
STATICFILES_DIRS = [
    ROOT / "webplatform" / "static",
    ("vendor/pico", ROOT / "node_modules" / "@picocss" / "pico" / "css"),
    ("vendor/tus", ROOT / "node_modules" / "tus-js-client" / "dist"),
    ("vendor/uplot", ROOT / "node_modules" / "uplot" / "dist"),
]
SERVESTATIC_USE_FINDERS = not PRODUCTION  # production serves what `collectstatic` made, under names that may be kept
_static = "webplatform.common.http.static.Hashed" if PRODUCTION else "django.contrib.staticfiles.storage."
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"{_static}StaticFilesStorage"},
}
if RAUT_OBJECT_STORE:
    STORAGES["recordings"] = {"BACKEND": "webplatform.vault.objects.ObjectStore", "OPTIONS": RAUT_OBJECT_STORE}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{key: [NONE] for key in ("default-src", "base-uri", "frame-ancestors")},
        **{key: [SELF] for key in ("script-src", "style-src", "connect-src", "font-src", "form-action")},
        "img-src": [SELF, "data:"],
        "media-src": [SELF, "blob:"],
    }
}
if OIDC_SERVER_URL:  # the login's form is answered with a redirect to the provider, which the policy sees as its target
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"] += ["/".join(OIDC_SERVER_URL.split("/")[:3])]
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # no script of ours reads a cookie
LANGUAGE_COOKIE_SAMESITE = "Lax"
if PRODUCTION:
    # Names that a browser takes only over TLS, for this host alone: no neighbouring host can plant one.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|healthz|metrics)$"]  # asked inside the machine, without TLS
RAUT_METRICS_TOKEN = env.text("RAUT_METRICS_TOKEN", "")
if RAUT_METRICS_TOKEN and len(RAUT_METRICS_TOKEN) < 32:
    raise unusable("RAUT_METRICS_TOKEN", "is too short to be safe", "Make one as .env.example says for SECRET_KEY.")
# Traces: on where the standard variable names a receiver; OpenTelemetry reads its other variables itself.
OTEL_ENDPOINT = env.text("OTEL_EXPORTER_OTLP_ENDPOINT", "")
OTEL_SERVICE_NAME = env.text("OTEL_SERVICE_NAME", "raut")
if OTEL_ENDPOINT:
    env.address("OTEL_EXPORTER_OTLP_ENDPOINT", OTEL_ENDPOINT, WEB)
    MIDDLEWARE.insert(1, "webplatform.common.observability.traced_requests.TracedRequests")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": ["asctime", "levelname", "name", "message", "request_id", "task", "about"],
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            "exc_info_as_array": True,
        },
    },
    "filters": {
        "keys": {"()": "webplatform.common.observability.logs.WithoutKeys"},
        "request": {"()": "webplatform.common.http.request_ids.WithRequestId"},
        "task": {"()": "webplatform.common.observability.logs.WithTask"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("RAUT_LOG_FORMAT", "line", ("line", "json")),
            "filters": ["keys", "request", "task"],
        }
    },
    "loggers": {"httpx": {"level": "WARNING"}},
    "root": {"handlers": ["console"], "level": env.choice("LOG_LEVEL", "INFO", LEVELS)},
}
