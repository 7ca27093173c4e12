from django.apps import apps
from django.core.management.base import BaseCommand

from organisation.encryption import EncryptedTextField


class Command(BaseCommand):
    help = "Encrypts every encrypted field anew with the first of KUNDVAL_FIELD_KEYS."

    def handle(self, *args, **options):
        count = 0
        for model in apps.get_models():
            names = [f.name for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]
            for row in model._base_manager.iterator() if names else ():
                model._base_manager.filter(pk=row.pk).update(
                    **{name: getattr(row, name) for name in names}
                )
                count += 1
        self.stdout.write(f"{count} rows are encrypted with the first key.")
