"""Tests: SQLite in a file of its own, or the PostgreSQL in KUNDVAL_DATABASE."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403 - a settings file is its base and what differs
from config.settings.base import DATABASES

_scratch = Path(tempfile.mkdtemp(prefix="kundval-test-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
DATA = _scratch
FILES = _scratch / "files"
SEALS = _scratch / "seals"
SEAL_ANCHOR, SEAL_MAIL = None, []
PACKS = _scratch / "packs"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
DEMO_MODE = True
DEMO_PASSWORD = "sjövik-demo"
SECRET_KEY = "test-only-" + "k" * 40
FIELD_KEYS = ["test-only-field-key"]
SEAL_KEY = "test-only-seal-key"
SECOND_FACTOR_REQUIRED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # http://localhost
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CELERY_TASK_ALWAYS_EAGER = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in use: an in-memory database is shared among threads by other rules of locking.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
elif _template := os.environ.get("KUNDVAL_TEST_TEMPLATE"):
    # A database on the same server that is migrated already.
    DATABASES["default"]["TEST"] = {"TEMPLATE": _template}
