from itertools import islice

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt, encrypt
from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models, transaction

from organisation.encryption import EncryptedTextField, blind_index

BATCH = 500
"""Rows that are locked and written at a time; the command may be stopped and begun again."""


class Command(BaseCommand):
    help = "Encrypts what is encrypted anew with the first of KUNDVAL_FIELD_KEYS, in batches."

    def handle(self, *args, **options):
        count = rewrite(Authenticator, ["data"], _second_factor)
        for model in apps.get_models():
            names = [f.name for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
            if names:
                columns = {f.name for f in model._meta.local_fields}
                indexes = [n for n in names if f"{n}_index" in columns]
                written = [*names, *(f"{n}_index" for n in indexes)]
                count += rewrite(model, written, lambda row, named=indexes: _index(row, named))
        self.stdout.write(f"{count} rows are encrypted with the first key.")


def rewrite(model: type[models.Model], names: list[str], change) -> int:
    """Read each row with whichever key fits, `change` it, and write its fields `names` again."""
    keys = model._base_manager.order_by("pk").values_list("pk", flat=True).iterator()
    count = 0
    while batch := list(islice(keys, BATCH)):
        with transaction.atomic():
            rows = list(model._base_manager.select_for_update().filter(pk__in=batch))
            for row in rows:
                change(row)
            model._base_manager.bulk_update(rows, names)
        count += len(rows)
    return count


def _index(row: models.Model, names: list[str]) -> None:
    """The blind index of a field stands in `<field>_index`; it is keyed with the last key."""
    for name in names:
        value = getattr(row, name)
        setattr(row, f"{name}_index", blind_index(value) if value else None)


def _second_factor(row: Authenticator) -> None:
    for name in {"secret", "seed"} & row.data.keys():
        row.data[name] = encrypt(decrypt(row.data[name]))
