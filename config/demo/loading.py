"""The whole demo, part by part: told once; on a later day it is topped up."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.conf import settings

from cases import calendar, flows, mailing, outbox
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
from organisation.models import Unit, User
from procurement.applications.models import ProviderApplication
from procurement.followups.models import QuestionTemplate
from procurement.introductions.models import ProgrammeTemplate
from procurement.specifications.defaults import load_first_version

Say = Callable[[str], object]


def is_told() -> bool:
    """Whether the database has the demo municipality already."""
    return ProviderApplication.objects.exists()


def tell(today: date, say: Say) -> None:
    """Everything as if it had happened up to `today`, but for what `finish` does."""
    with part("Förvaltningen", say):
        persons = _administration(today)
    with part("Ansökningar, avtal och uppföljning", say):
        _procurement(today, persons)
    with part("Planering", say):
        planning.load(people.home_care(), persons, today)
        extras.load(people.home_care(), persons, today)
        flows.refresh(today)


def top_up(today: date, say: Say) -> None:
    """What a demo of an earlier day lacks today: a meeting to come, an application, shifts."""
    with part("Det som har tillkommit", say):
        applications.coming_meetings(today)
        applications.top_up(_stage(today, people.by_login()))
        planning.top_up(people.home_care(), today)
        flows.refresh(today)


def finish(today: date, say: Say) -> None:
    """What may come when somebody works in the demo already: safe to run again, or beside others."""
    with part("Kommande dagar", say):
        planning.plan_coming(people.home_care(), today)
    with part("Det gångna årets extra insatser", say):
        extras.load_past_year(people.home_care(), people.by_login(), today)


def sign() -> Path:
    """The file that stands while `make run` still does what `finish` does."""
    return Path(settings.DATA) / "demo-loading"


@contextmanager
def part(name: str, say: Say) -> Iterator[None]:
    """Say how long a part took."""
    began = time.monotonic()
    yield
    say(f"  {name:40} {time.monotonic() - began:4.0f} s")


def _administration(today: date) -> dict[str, User]:
    since = calendar.add_days(today, -600)
    persons = people.load_people(since)
    people.load_substitutes(persons, *applications.director_stands_in(today))
    load_matrix()
    load_delegation(since)
    companies.load_in_house(people.load_units(since))
    load_first_version(since)
    for templates in (ProgrammeTemplate, QuestionTemplate):
        # Those that the installation came with, on a day that may be later than the demo's.
        templates.objects.filter(published_on__gt=since).update(published_on=since)
    return persons


def _procurement(today: date, persons: dict[str, User]) -> None:
    stage = _stage(today, persons)
    applications.load_meetings(stage)
    applications.tell(stage)
    life.tell(stage)
    tenders.play(persons, stage.unit, today, stage.timeline)
    escalations.play(
        persons,
        today,
        stage.timeline,
        warned="Tornholmens Hemtjänst AB",
        serious="Bryggsundets Omsorg AB",
    )
    stage.timeline.run()
    # What came more than a week ago has been read.
    Notification.objects.filter(
        read_at=None, created_at__lt=moment(calendar.add_days(today, -7), 0, 0)
    ).update(read_at=moment(today, 8, 0))
    outbox.send_waiting(lambda: moment(today, 23, 59), mailing.NAME)


def _stage(today: date, persons: dict[str, User]) -> applications.Stage:
    return applications.Stage(today, persons, Unit.objects.get(parent=None), Timeline(today))
