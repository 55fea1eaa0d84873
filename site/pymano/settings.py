"""The site's settings: one file, from the environment, safe by default. The README lists the names."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from pymano import database, env, logs, strength

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent

# What this installation is.

SECRET_KEY = env.secret("SECRET_KEY")
# Earlier keys: what they signed, sessions and links in e-mails, holds until they are taken out.
SECRET_KEY_FALLBACKS = env.names("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
HTTPS = env.flag("HTTPS")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)
DATA_DIR = Path(env.text("DATA_DIR", str(ROOT / ".run" / "data")))
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
METRICS_TOKEN = env.text("METRICS_TOKEN", "")

if not DEBUG:
    for key in (SECRET_KEY, *SECRET_KEY_FALLBACKS):
        strength.require_random("SECRET_KEY", key, length=50)
    if METRICS_TOKEN:
        strength.require_random("METRICS_TOKEN", METRICS_TOKEN, length=20)

# The recogniser.

TORCHSERVE_INFERENCE_URL = env.text("TORCHSERVE_INFERENCE_URL", "http://127.0.0.1:8080").rstrip("/")
# Commas part several; a name that leads to several addresses stands for all of them.
TORCHSERVE_MANAGEMENT_URL = env.text("TORCHSERVE_MANAGEMENT_URL", "http://127.0.0.1:8081")
TORCHSERVE_MODEL = env.text("TORCHSERVE_MODEL", "crnn")
# Off, each reading has a connection of its own: a load balancer of connections then spreads readings.
TORCHSERVE_KEEP_ALIVE = env.flag("TORCHSERVE_KEEP_ALIVE", default=True)
# Archives, their cards and SHA256SUMS; in the site's image without the archives, which TorchServe's has.
MODEL_STORE = Path(env.text("MODEL_STORE", str(ROOT / "model_store")))
# Whether superusers may put archives there, which are programs, and how large one may be.
MODEL_UPLOADS = env.flag("MODEL_UPLOADS")
MODEL_UPLOAD_BYTES = env.number("MODEL_UPLOAD_BYTES", 200_000_000)
# In each process; gunicorn.conf.py makes it one less than the threads.
READINGS_AT_ONCE = max(1, env.number("READINGS_AT_ONCE", 15))

# Applications, and what a request passes through.

INSTALLED_APPS = [
    "pymano.rollout",
    "pymano.accounts",
    "pymano.teaching",
    "pymano.recognition",
    "pymano.serving",
    "pymano.api",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "csp",
    "rest_framework",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "pymano.request_id.RequestIdMiddleware",
    "pymano.observation.ObservationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "pymano.isolation.IsolationMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "pymano.caching.UncachedMiddleware",
    "pymano.overload.OverloadMiddleware",
    "pymano.api.sizes.SizeMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pymano.hosts.HostMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "pymano.urls"
WSGI_APPLICATION = "pymano.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# It speaks English alone. Translated, it would keep in memory whatever language a request makes up.
LANGUAGE_CODE, USE_I18N = "en", False
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "pymano.formats"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where things are kept: rows, counters, pictures, static files.

DATABASES = {"default": database.from_environment(DATA_DIR)}
if not DEBUG:
    strength.require_uncommon(
        "DATABASE_PASSWORD", DATABASES["default"]["PASSWORD"], user=DATABASES["default"]["USER"]
    )

CACHE_URL = env.text("CACHE_URL", "")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Counters of attempts are kept here: a flood of names must not push the others' out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# A hard limit above those of pymano.api.limits, which come first.
DATA_UPLOAD_MAX_MEMORY_SIZE = 14_000_000
MEDIA_ROOT = DATA_DIR / "media"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [HERE / "static"]
# Off, static files are found where they lie, under their own names, and collectstatic is not needed.
STATIC_COLLECTED = env.flag("STATIC_COLLECTED", default=not DEBUG)
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False
# For how many days; 0 is for ever. `manage.py delete_old_readings` applies it.
READINGS_KEPT_DAYS = env.number("READINGS_KEPT_DAYS", 0)
# What is noted of readings while a version is on trial; 0 is for ever, too. The guard applies it.
OBSERVATIONS_KEPT_DAYS = env.number("OBSERVATIONS_KEPT_DAYS", 90)
PICTURES_S3 = {
    "bucket_name": env.text("PICTURES_S3_BUCKET", ""),
    "endpoint_url": env.text("PICTURES_S3_ENDPOINT", "") or None,
    "region_name": env.text("PICTURES_S3_REGION", "") or None,
    "access_key": env.text("PICTURES_S3_ACCESS_KEY", "") or None,
    "secret_key": env.text("PICTURES_S3_SECRET_KEY", "") or None,
}
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "pymano.recognition.bucket.PictureBucket", "OPTIONS": PICTURES_S3}
    if PICTURES_S3["bucket_name"]
    else {"BACKEND": "pymano.recognition.storage.WholeFileStorage"},
    "staticfiles": {
        "BACKEND": "pymano.assets.HashedStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# Accounts: sessions for the pages, tokens for programs.

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "write"
LOGOUT_REDIRECT_URL = "account_login"

SIGN_UP = env.choice("SIGN_UP", "open", "closed")
ACCOUNT_EMAIL_VERIFICATION = env.choice("EMAIL_VERIFICATION", "none", "mandatory")
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "pymano.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "pymano.accounts.forms.SignInForm",
    "signup": "pymano.accounts.forms.SignUpForm",
    "reset_password": "pymano.accounts.forms.AskForResetForm",
    "reset_password_from_key": "pymano.accounts.forms.ResetPasswordForm",
    "change_password": "pymano.accounts.forms.ChangePasswordForm",
    "set_password": "pymano.accounts.forms.SetPasswordForm",
    "reauthenticate": "pymano.accounts.forms.ReauthenticateForm",
}
# Counted in the shared cache, by address (ip), by the name or address that is tried (key), or by user.
# "token" and "register" are the API's; failed sign-ins count together, from page, admin and API.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "10/m/ip",
    "reset_password": "10/m/ip,5/5m/key",
    "token": "30/m/ip,10/m/key",
    "register": "10/m/ip",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

SIMPLE_JWT: dict[str, Any] = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,
    "USER_AUTHENTICATION_RULE": "pymano.accounts.tokens.may_hold_tokens",
}

# The API.

THROTTLE_PREDICTIONS = env.rate("THROTTLE_PREDICTIONS", "240/min")
REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["pymano.api.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "pymano.api.negotiation.Obliging",
    "DEFAULT_PAGINATION_CLASS": "pymano.api.pagination.Pages",
    "DEFAULT_METADATA_CLASS": "pymano.api.metadata.Parses",
    "EXCEPTION_HANDLER": "pymano.api.problems.handle",
    # What schema/?version= may name: it comes back in a header.
    "ALLOWED_VERSIONS": ["v1"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": TRUSTED_PROXIES,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "Pymano",
    "DESCRIPTION": (
        "Reads handwriting. Get a pair of tokens at `/api/v1/token/` and send the access token as "
        "`Authorization: Bearer …`. Every error is `application/problem+json` with a stable `code`."
    ),
    "VERSION": "1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # The pages' session works too, but is no way in for programs.
    "AUTHENTICATION_WHITELIST": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "ENFORCE_NON_BLANK_FIELDS": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "pymano.api.schema.complete",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# E-mail.

EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.number("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Pymano <pymano@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# What browsers may do with the pages.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "manifest-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
CSRF_FAILURE_VIEW = "pymano.faults.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# With this prefix browsers take a cookie from this very host alone: none that a neighbour has made up.
SESSION_COOKIE_NAME = "__Host-sessionid" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
# Other sites on the same domain are not ours to force to HTTPS: neither subdomains nor preload.
# MySQL cannot keep allauth's addresses unique where they are verified; those of our users are unique anyhow.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "models.W036"]

# What is written down.

LOGGING = logs.config(env.choice("LOG_FORMAT", "line", "json"))
