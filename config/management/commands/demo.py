"""`manage.py demo`: the fictitious municipality, idempotent."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit import clock, triggers
from cases import calendar, messages
from cases.models import Notification
from config.demo import (
    applications,
    companies,
    escalations,
    extras,
    life,
    people,
    planning,
    tenders,
)
from config.demo.timeline import Timeline, moment
from organisation.defaults import load_delegation
from organisation.matrix import load as load_matrix
from organisation.models import Unit
from procurement.specifications.defaults import load_first_version


class Command(BaseCommand):
    help = (
        "Loads the fictitious municipality of Sjövik; on a later day it tops up without duplicates."
    )

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true", help="print the demo logins and stop")
        parser.add_argument("--reset", action="store_true", help="empty everything first")

    def handle(self, *args, logins=False, reset=False, **options):
        if not settings.DEMO_MODE:
            raise CommandError("Demo data can be loaded in demo mode only.")
        if logins:
            return self.print_logins()
        if reset:
            empty()
        self.load()
        self.stdout.write("Demo data is loaded.")

    def print_logins(self) -> None:
        """Every login with its role, and the password they share."""
        for login, name, role in people.demo_logins():
            self.stdout.write(f"  {login:32} {name}, {role}")
        self.stdout.write(f"  password for all: {settings.DEMO_PASSWORD}")

    def load(self) -> None:
        """Organisation, call document, meetings and applications."""
        today = clock.today()
        since = calendar.add_days(today, -600)
        persons = people.load_people(since)
        people.load_substitutes(
            persons, calendar.add_days(today, -24), calendar.add_days(today, -18)
        )
        load_matrix()
        load_delegation(since)
        companies.load_in_house(people.load_units(since))
        load_first_version(since)
        stage = applications.Stage(today, persons, Unit.objects.get(parent=None), Timeline(today))
        applications.load_meetings(stage)
        applications.tell(stage)
        life.tell(stage)
        tenders.play(persons, stage.unit, today, stage.timeline)
        escalations.play(
            persons, today, stage.timeline,
            warned="Tornholmens Hemtjänst AB", serious="Bryggsundets Omsorg AB",
        )  # fmt: skip
        applications.top_up(stage)
        stage.timeline.run()
        planning.load(people.load_units(since), persons, today)
        extras.load(people.load_units(since), persons, today)
        # What came more than a week ago has been read.
        Notification.objects.filter(
            read_at=None, created_at__lt=moment(calendar.add_days(today, -7), 0, 0)
        ).update(read_at=moment(today, 8, 0))
        messages.send_queued(moment(today, 23, 59))


def empty() -> None:
    """Empty the demo database, the log included: in demo mode nothing in it is true."""
    triggers.remove(connection)
    try:
        call_command("flush", interactive=False, verbosity=0)
    finally:
        triggers.install(connection)
    for seal in settings.SEALS.glob("*.json"):
        seal.unlink()
    for mark in settings.SEAL_ANCHOR.glob("*.sha256") if settings.SEAL_ANCHOR else ():
        mark.unlink()
