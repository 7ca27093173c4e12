"""`manage.py plan_day`: what Optimera does, from the shell. PLN-20."""

import uuid
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import clock
from audit.act import Act
from cases import calendar
from clients.models import Client
from door.performing import perform
from door.refusals import Refused
from organisation.authority import actor_on
from organisation.models import Unit, User
from planning.baseplans.generation import generate
from planning.models import DayPlan, OptimizerRun
from planning.optimizing import runs
from planning.optimizing.commands import AcceptRun, StartOptimizer
from planning.optimizing.views import MEASURES
from planning.plan.change import PLANNERS
from planning.plan.problem import PROFILES

BAR = 30
"""Characters of the progress bar."""


class Command(BaseCommand):
    help = "Planerar en dag: hämtar besöken om de saknas, optimerar och visar före och efter."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", help="enhetens namn; annars alla enheter med brukare")
        parser.add_argument("--day", type=date.fromisoformat, help="ÅÅÅÅ-MM-DD; annars i morgon")
        parser.add_argument("--seconds", type=int, default=30, help="hur länge det får söka")
        parser.add_argument("--profile", choices=sorted(PROFILES), default="balanced")
        parser.add_argument("--accept", action="store_true", help="lägg förslaget på tavlan")
        parser.add_argument("--as", dest="username", help="planeraren som gör det; annars systemet")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["seconds"] < 1:
            raise CommandError("Sök i minst en sekund.")
        at = clock.now()
        day = options["day"] or calendar.add_days(clock.local_date(at), 1)
        user = _user(options["username"])
        for unit in _units(options["unit"], day):
            self._plan(unit, day, user, at, options)

    def _plan(
        self, unit: Unit, day: date, user: User | None, at: datetime, options: Mapping[str, Any]
    ) -> None:
        self.stdout.write(self.style.MIGRATE_HEADING(f"{unit} {day}"))
        try:
            run = self._run(unit, day, user, at, options)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        for label, before, after in _compared(run):
            self.stdout.write(f"  {label:42} {before:>8} -> {after}")
        if run.status == OptimizerRun.Status.FAILED:
            raise CommandError(run.error)
        moves = len(run.proposal["moves"])
        if not options["accept"]:
            self.stdout.write(f"  {moves} besök skulle ändras. Planen är orörd utan --accept.")
            return
        done = perform(run.plan, AcceptRun(run=run, change_key=uuid.uuid4().hex), user, at=at)
        self.stdout.write(f"  {done.values['visits']} besök är ändrade enligt förslaget.")

    def _run(
        self, unit: Unit, day: date, user: User | None, at: datetime, options: Mapping[str, Any]
    ) -> OptimizerRun:
        plan = DayPlan.objects.filter(planned_unit=unit, day=day).first()
        if plan is None or not plan.visits.exists():
            act = _act(user, unit, at)
            made = generate(unit, day, day, act)
            self.stdout.write(f"  {made} besök hämtade ur grundplaneringen.")
            plan = DayPlan.objects.get(planned_unit=unit, day=day)
        wanted = StartOptimizer(profile=options["profile"], seconds=options["seconds"])
        run = OptimizerRun.objects.get(pk=perform(plan, wanted, user, at=at).values["run"])
        runs.carry_out(run.pk, tell=lambda said: self._show(said, options["seconds"]))
        self.stdout.write("")
        run.refresh_from_db()
        return run

    def _show(self, said: Mapping[str, Any], seconds: int) -> None:
        share = min(1.0, said["seconds"] / seconds)
        bar = ("#" * round(BAR * share)).ljust(BAR, ".")
        self.stdout.write(
            f"\r  [{bar}] {said['seconds']:4.0f} s, {said['unplaced']} får inte plats  ", ending=""
        )
        self.stdout.flush()


def _user(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(f"Ingen som får logga in heter {username}.")
    return user


def _act(user: User | None, unit: Unit, at: datetime) -> Act:
    if user is None:
        return Act.by_system(at)
    return actor_on(user, clock.local_date(at)).act(at, PLANNERS, unit.path)


def _units(name: str | None, day: date) -> list[Unit]:
    planned = Unit.objects.on(day).filter(pk__in=Client.objects.values("unit")).order_by("name")
    found = list(planned.filter(name=name) if name else planned)
    if not found:
        names = ", ".join(str(unit) for unit in planned)
        raise CommandError(f"Ingen enhet med brukare heter {name}. Det finns: {names or 'ingen'}.")
    return found


def _compared(run: OptimizerRun) -> list[tuple[str, str, str]]:
    """Each measure before and after, the lower the better."""
    return [
        (label, f"{run.before[name]}{unit}", f"{run.after[name]}{unit}")
        for name, label, _, _, unit in MEASURES
        if name in run.before and name in run.after
    ]
