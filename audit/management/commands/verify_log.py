from django.core.management.base import BaseCommand, CommandError

from audit import sealing


class Command(BaseCommand):
    help = "Verifierar händelseloggens kedjor och sigill. Avslutar med fel om något är ändrat."

    def handle(self, *args, **options):
        found = sealing.verify()
        faults = list(found.faults)
        if not sealing.database_holds_the_log():
            faults.append("Databasens skydd mot ändringar i loggen är borttaget.")
        for fault in faults:
            self.stderr.write(fault)
        self.stdout.write(
            f"{found.chains} kedjor, {found.events} händelser, "
            f"{found.disposed} med gallrade värden, {len(faults)} fel."
        )
        if faults:
            raise CommandError("Händelseloggen stämmer inte.")
