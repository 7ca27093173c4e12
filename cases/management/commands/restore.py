from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from cases.archive import ArchiveError, restore


class Command(BaseCommand):
    help = "Puts a backup in place. Stop web, worker and scheduler first; run migrate afterwards."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--wipe", action="store_true", help="replace the data that is there")

    def handle(self, *args, file, wipe, **options):
        try:
            restore(file, wipe=wipe)
        except (ArchiveError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. Now: manage.py migrate, then manage.py verify_log")
