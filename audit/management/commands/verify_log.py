import re

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit import sealing

NO_ANCHOR = (
    "Inget ankare är inställt: den som rår över både databasen och sigillens mapp kan ta bort det "
    "senaste ur båda osett. Sätt KUNDVAL_SEAL_ANCHOR eller KUNDVAL_SEAL_MAIL."
)


class Command(BaseCommand):
    help = "Verifierar händelseloggens kedjor och sigill. Avslutar med fel om något är ändrat."

    def add_arguments(self, parser):
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            metavar="NUMMER:KONTROLLSUMMA",
            help="ett sigill som ett brev minns; kan anges flera gånger",
        )

    def handle(self, *args, anchor, **options):
        found = sealing.verify([_told(text) for text in anchor])
        for fault in found.faults:
            self.stderr.write(fault)
        self.stdout.write(
            f"{found.chains} kedjor, {found.events} händelser, "
            f"{found.disposed} med gallrade värden, {len(found.faults)} fel."
        )
        if not (settings.SEAL_ANCHOR or settings.SEAL_MAIL or anchor):
            self.stdout.write(NO_ANCHOR)
        if found.faults:
            raise CommandError("Händelseloggen stämmer inte.")


def _told(text: str) -> tuple[int, str]:
    if not (said := re.fullmatch(r"([0-9]{1,9}):([0-9a-f]{64})", text)):
        raise CommandError(f"{text} är inte ett nummer och en kontrollsumma ur ett brev.")
    return int(said[1]), said[2]
