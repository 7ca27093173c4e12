from django.core.management.base import BaseCommand

from audit import clock, sealing


class Command(BaseCommand):
    help = "Förseglar händelseloggens kedjor: huvudena skrivs med nycklad hash utanför databasen."

    def handle(self, *args, **options):
        path = sealing.seal(clock.today())
        self.stdout.write(f"Sigill: {path.name}" if path else "Inget nytt att försegla.")
