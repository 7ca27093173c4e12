"""`make run`: the fictitious municipality on this machine, with demo logins and *Demodatum*."""

from config import secrets
from config.settings.base import *  # noqa: F403 - a settings file is its base and what differs
from config.settings.base import DATA, SECRETS

DEMO_MODE = True
DEMO_PASSWORD = "sjövik-demo"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SECRET_KEY = secrets.kept(SECRETS, "secret-key")
FIELD_KEYS = [secrets.kept(SECRETS, "field-key")]
SEAL_KEY = secrets.kept(SECRETS, "seal-key")
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
SECOND_FACTOR_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
SESSION_COOKIE_AGE = 8 * 3600
MEDIA_ROOT = DATA / "files"
WHITENOISE_USE_FINDERS = True  # straight from the source: nothing to collect
