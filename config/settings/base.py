"""What every installation shares. See `demo.py`, `test.py` and `production.py` for what differs."""

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy

from config import env, identity_provider

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(env.text("KUNDVAL_DATA", str(ROOT / "var")))

DEBUG = False
DEMO_MODE = False
SECRETS = DATA / "secrets"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "guardian",
    "viewflow.workflow",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
    "csp",
    "django_celery_beat",
    "audit",
    "door",
    "organisation",
    "cases",
    "clients",
    "procurement",
    "planning",
    "config.apps.KundvalConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.limits.no_store_middleware",
    "csp.middleware.CSPMiddleware",
    "organisation.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "organisation.middleware.CleanText",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "audit.middleware.clock_middleware",
    "organisation.middleware.acting_middleware",
    "config.limits.body_size_middleware",
    "organisation.reading.reading_middleware",
    "organisation.accounts.login_middleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.page",
            ],
            "builtins": [
                "cases.templatetags.kundval",
                "planning.templatetags.planning_tags",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.FormRenderer"

DATABASES = {
    "default": dj_database_url.parse(
        env.text("KUNDVAL_DATABASE", f"sqlite:///{DATA / 'kundval.sqlite3'}"), conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # recursive_triggers: INSERT OR REPLACE must meet the delete triggers of the event log (CAP-06).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who may log in, and how
AUTH_USER_MODEL = "organisation.User"
ACTORS = "organisation.authority.actor_on"
"""Who may act: what the door to state asks (`door.actors`)."""
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ANONYMOUS_USER_NAME = None
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("start")
SECOND_FACTOR_REQUIRED = True
"""Staff must have a second factor, unless the municipality's identity provider checked theirs."""
ACCOUNT_ADAPTER = "organisation.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_FORMS = {
    "login": "organisation.accounts.LoginForm",
    "change_password": "organisation.accounts.ChangePasswordForm",
    "reauthenticate": "organisation.accounts.ConfirmPasswordForm",
}
# A municipality shares one address: failures are counted per person, by django-axes.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip", "login_failed": "20/5m/key",
    # Without login; a municipality's or a company's people may share one address.
    "tender_question": "20/h/ip",
    "register_company": "30/h/ip,5/h/key",
    "confirm_mail": "60/h/ip",
}  # fmt: skip
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("KUNDVAL_PROXIES", 0)
MFA_ADAPTER = "organisation.accounts.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Kundval"
MFA_RATE_LIMITS = {"webauthn_login": "600/m/ip"}
MFA_FORMS = {
    "activate_totp": "organisation.accounts.SetUpAppForm",
    "authenticate": "organisation.accounts.CodeForm",
    "reauthenticate": "organisation.accounts.ConfirmCodeForm",
    "add_webauthn": "organisation.accounts.AddKeyForm",
    "edit_webauthn": "organisation.accounts.RenameKeyForm",
}
SOCIALACCOUNT_ADAPTER = "organisation.accounts.IdentityProviderAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: a form may not lead to another site (form-action)
SOCIALACCOUNT_PROVIDERS = identity_provider.providers()
OIDC_CLAIM = env.text("KUNDVAL_OIDC_CLAIM", "preferred_username")
"""What the identity provider calls that which is the user name here."""
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "organisation.accounts.counted_name"
AXES_CLIENT_IP_CALLABLE = "organisation.accounts.client_address"
AXES_LOCKOUT_TEMPLATE = "account/locked.html"
AXES_DISABLE_ACCESS_LOG = True  # the event log has it
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "code", "csrfmiddlewaretoken"]
SESSION_COOKIE_AGE = env.integer("KUNDVAL_SESSION_MINUTES", 30) * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True

# Language, time
LANGUAGE_CODE = "sv"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]

# Files
STATIC_URL = "static/"
STATICFILES_DIRS = [ROOT / "static"]
FILES = DATA / "files"
"""Documents and attachments, outside the web root; served through permission checks alone."""
SEALS = Path(env.text("KUNDVAL_SEALS", str(DATA / "seals")))
"""Daily heads of the event log, written outside the database."""
SEAL_ANCHOR = Path(_anchor) if (_anchor := env.text("KUNDVAL_SEAL_ANCHOR", "")) else None
"""A folder out of reach for whoever holds the database and the seals: gets each seal's checksum."""
SEAL_MAIL = env.words("KUNDVAL_SEAL_MAIL", [])
"""Addresses that are mailed each seal's checksum."""
# Fonts embedded in documents carry a time of their own: fixed, so that the same document gives the
# same bytes.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
PACKS = Path(env.text("KUNDVAL_PACKS", str(DATA / "packs")))
"""Printable plans, a folder for each unit: for example a share that the workplace opens."""
RECEIVERS = env.pairs("KUNDVAL_RECEIVERS")
"""Who is sent published plans: name -> address, by the contract in docs/contracts."""
RECEIVER_TOKENS = env.pairs("KUNDVAL_RECEIVER_TOKENS")
"""Name -> token that the receiver asks for."""
ATTACHMENT_MAX_BYTES = 25 * 1024 * 1024
BODY_MAX_BYTES = 4 * ATTACHMENT_MAX_BYTES
"""All that one form sends: a company may attach several files at once. Files lie on disk meanwhile."""
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
"""All that a form without files sends, and whatever somebody sends who is not logged in."""
CLAMAV_ADDRESS = env.text("KUNDVAL_CLAMAV", "")
"""host:port of a ClamAV daemon; empty means that attachments are not scanned."""

# Mail
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
DEFAULT_FROM_EMAIL = env.text("KUNDVAL_MAIL_FROM", "kundval@sjovik.example")

# Planning
ROUTES = env.routes("KUNDVAL_ROUTES")
"""Mode of travel -> `osrm:` or `valhalla:` and the server's address; modes without one are estimated."""

# Social workers' system
VIVA_NOTICES = env.text("KUNDVAL_VIVA_NOTICES", "")
"""Address that takes notices of extra needs; empty: they wait."""

# Jobs
CELERY_BROKER_URL = env.text("KUNDVAL_BROKER", "filesystem://localhost")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = TIME_ZONE
# A job is done when it is done: one that its worker was killed with is given to another.
CELERY_TASK_ACKS_LATE = True
# A worker is one process: the pool of billiard waits for ever when a child is killed while it waits
# for work, since it dies with the lock of the queue (decision 0016).
CELERY_WORKER_POOL = "solo"
# None lies waiting in the hands of a worker that is busy, while another has nothing to do.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
if CELERY_BROKER_URL.startswith("filesystem:"):
    _queue = DATA / "queue"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue),
        "data_folder_out": str(_queue),
        "control_folder": str(DATA / "queue-control"),
        "polling_interval": 0.1,
    }
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# What several processes share for a while: one-time codes that were used, attempts that were made
_cache = env.text("KUNDVAL_CACHE", "")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache}
    if _cache
    else {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": str(DATA / "cache"),
    }
}

# Pages
SITE_NAME = "Kundval"
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "style-src-attr": ["'unsafe-inline'"],
        "img-src": [SELF, "data:"],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"weasyprint": {"level": "ERROR"}},  # a line per style sheet property it skips
}

MUNICIPALITY = {
    "name": env.text("KUNDVAL_MUNICIPALITY", "Sjövik kommun"),
    "administration": env.text("KUNDVAL_ADMINISTRATION", "Socialförvaltningen"),
    "committee": env.text("KUNDVAL_COMMITTEE", "Socialnämnden"),
    "address": env.text("KUNDVAL_ADDRESS", "Rådhustorget 1, 000 00 Sjövik"),
    "mail": env.text("KUNDVAL_MUNICIPALITY_MAIL", "socialforvaltningen@sjovik.example"),
    "court": env.text("KUNDVAL_COURT", "Förvaltningsrätten i Sjövik, Box 1, 000 00 Sjövik"),
}
