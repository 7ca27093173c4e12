from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit import clock
from cases.archive import ArchiveError, back_up


class Command(BaseCommand):
    help = "Writes database, files and seals to one file. The field key is kept apart."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            back_up(file, clock.real_now())
        except (ArchiveError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{file}: {file.stat().st_size:,} bytes. Keep the field key apart from it."
        )
