"""`manage.py demo`: the fictitious municipality, idempotent."""

import gc
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from audit import clock, triggers
from cases import calendar
from config.demo import loading, people
from config.demo.whole import all_or_nothing


class Command(BaseCommand):
    help = (
        "Loads the fictitious municipality of Sjövik; on a later day it tops up without duplicates."
    )

    def add_arguments(self, parser):
        parser.add_argument("--logins", action="store_true", help="print the demo logins and stop")
        parser.add_argument("--reset", action="store_true", help="empty everything first")
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            metavar="DAY",
            help="tell everything as if today were DAY; a day to come becomes Demodatum",
        )
        parser.add_argument(
            "--only",
            choices=["essential", "rest"],
            help="what the first pages need, or what may come when somebody works already",
        )

    def handle(self, *args, logins=False, reset=False, as_of=None, only=None, **options):
        if not settings.DEMO_MODE:
            raise CommandError("Demo data can be loaded in demo mode only.")
        if logins:
            return self.print_logins()
        say = self.say if options["verbosity"] else lambda line: None
        if only != "rest":
            self.load(reset, as_of, say)
        if only != "essential":
            loading.finish(as_of or clock.today(), say)
        say("Demo data is loaded.")

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()

    def load(self, reset, as_of, say):
        """The whole of it or nothing."""
        # Nothing of what is made lasts only a while: to look for it takes a tenth of the time.
        gc.disable()
        try:
            with all_or_nothing():
                if reset:
                    empty()
                if as_of:
                    move_to(as_of)
                told = loading.top_up if loading.is_told() else loading.tell
                told(as_of or clock.today(), say)
        finally:
            gc.enable()

    def print_logins(self) -> None:
        """Every login with its role, and the password they share."""
        for login, name, role in people.demo_logins():
            self.stdout.write(f"  {login:32} {name}, {role}")
        self.stdout.write(f"  password for all: {settings.DEMO_PASSWORD}")


def move_to(day: date) -> None:
    """Make `day` the demo's day: *Demodatum* is moved to a day to come.

    What is told as of a day that has passed is a demo that has stood since then. Raises CommandError
    when the demo that there is has come further.
    """
    ahead = calendar.days_between(clock.local_date(clock.real_now()), day)
    if ahead > clock.demo_days():
        clock.set_demo_days(ahead)
    elif loading.is_told() and ahead < clock.demo_days():
        raise CommandError(f"The demo has come to {clock.today()}. Load it anew with --reset.")


def empty() -> None:
    """Empty the demo database, the log included: in demo mode nothing in it is true."""
    triggers.remove(connection)
    try:
        call_command("flush", interactive=False, verbosity=0)
    finally:
        triggers.install(connection)
    for seal in settings.SEALS.glob("*.json"):
        seal.unlink()
    if settings.SEAL_ANCHOR:
        for mark in settings.SEAL_ANCHOR.glob("*.sha256"):
            mark.unlink()
