"""Production: everything secret comes from the environment, and unsafe values stop the start."""

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.base import *  # noqa: F403 - a settings file is its base and what differs
from config.settings.base import RECEIVERS, ROOT, SEAL_ANCHOR, SEALS, VIVA_NOTICES

ALLOWED_HOSTS = env.words("KUNDVAL_HOSTS")
SECRET_KEY = env.text("KUNDVAL_SECRET_KEY")
FIELD_KEYS = env.words("KUNDVAL_FIELD_KEYS")
"""The first encrypts; all decrypt, so that a key can be rotated."""
SEAL_KEY = env.text("KUNDVAL_SEAL_KEY")

if env.flag("KUNDVAL_DEBUG", False) or env.flag("KUNDVAL_DEMO", False):
    raise ImproperlyConfigured("Debug and demo logins cannot be used in production.")
for _name, _value in [
    ("KUNDVAL_SECRET_KEY", SECRET_KEY),
    ("KUNDVAL_SEAL_KEY", SEAL_KEY),
    *[("KUNDVAL_FIELD_KEYS", key) for key in FIELD_KEYS],
]:
    if len(_value) < 32 or len(set(_value)) < 8 or "change" in _value.lower():
        raise ImproperlyConfigured(
            f"{_name} is too short or a default value; use at least 32 random characters."
        )

if SEAL_ANCHOR == SEALS:
    raise ImproperlyConfigured(
        "KUNDVAL_SEAL_ANCHOR must be another folder than KUNDVAL_SEALS, on another machine's disk."
    )

SECOND_FACTOR_REQUIRED = env.flag("KUNDVAL_SECOND_FACTOR", True)

for _name, _address in RECEIVERS.items():
    if not _address.startswith("https://"):
        raise ImproperlyConfigured(
            f"KUNDVAL_RECEIVERS: {_name} must have an address that begins with https://, "
            "since it is sent personal data."
        )

if VIVA_NOTICES and not VIVA_NOTICES.startswith("https://"):
    raise ImproperlyConfigured(
        "KUNDVAL_VIVA_NOTICES must begin with https://, since it is sent personal data."
    )

EMAIL_HOST = env.text("KUNDVAL_SMTP_HOST")
EMAIL_PORT = env.integer("KUNDVAL_SMTP_PORT", 587)
EMAIL_HOST_USER = env.text("KUNDVAL_SMTP_USER", "")
EMAIL_HOST_PASSWORD = env.text("KUNDVAL_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env.flag("KUNDVAL_SMTP_TLS", True)
EMAIL_TIMEOUT = 20

SECURE_SSL_REDIRECT = env.flag("KUNDVAL_SSL_REDIRECT", True)
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS]

STATIC_ROOT = ROOT / "staticfiles"
"""Part of the installed version, not of its data: `manage.py collectstatic -i viewflow`."""
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
