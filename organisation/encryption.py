"""Encrypted fields, and blind indexes to find them by. The keys come from settings.FIELD_KEYS.

The first key encrypts; all of them decrypt. `manage.py rotate_field_key` re-encrypts with the first.
A lost key is lost data: it is backed up apart from the database.
"""

import base64
import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


class EncryptedTextField(models.TextField):
    """Text that stands encrypted in the database. It cannot be searched; see `blind_index`."""

    def get_prep_value(self, value):
        if value in (None, ""):
            return value
        return _fernet(tuple(settings.FIELD_KEYS)).encrypt(str(value).encode()).decode()

    def from_db_value(self, value, expression, connection):
        if value in (None, ""):
            return value
        try:
            return _fernet(tuple(settings.FIELD_KEYS)).decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ImproperlyConfigured(
                "An encrypted field cannot be read: the key in KUNDVAL_FIELD_KEYS is not the one "
                "it was written with. Add the old key last in the list."
            ) from error


def blind_index(text: str) -> str:
    """A keyed hash by which an encrypted value can be found without being read.

    Keyed with the last field key, which stays the same while keys are rotated in at the front.
    """
    key = hashlib.sha256(b"index" + settings.FIELD_KEYS[-1].encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in keys]
    )
