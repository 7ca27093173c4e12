"""Sjövik's home care to be planned: clients, staff and two weeks of visits that nobody does yet."""

from collections.abc import Sequence
from datetime import date

from audit.act import Act
from cases import calendar
from clients.models import Client
from config.demo import clients, staff, unexecuted
from config.demo.timeline import moment
from organisation.models import Provider, Unit, User
from planning.baseplans.generation import generate
from planning.models import Base, CareContact, Carer

FIRST_DAYS, DAYS = 2, 14
"""How far ahead there are visits when somebody begins to work, and a little later."""
ASSISTANT = Carer.Title.ASSISTANT_NURSE
WITHOUT = 2
"""So many in each unit have no permanent care contact yet."""
BASES = (
    # (address, latitude, longitude)
    ("Stationsgatan 4, Sjövik", 60.1265, 15.4290),
    ("Hamngatan 11, Sjövik", 60.1160, 15.4395),
    ("Strandvägen 2, Sjövik", 60.1205, 15.4450),
)


def load(units: Sequence[Unit], people: dict[str, User], today: date) -> None:
    """Three units with 300 persons and 80 staff, and the visits of the first days."""
    for unit, (address, latitude, longitude) in zip(units, BASES, strict=True):
        Base.objects.create(unit=unit, address=address, latitude=latitude, longitude=longitude)
    own = Provider.objects.filter(unit__in=units)
    provider_of = {row.unit_id: row for row in own if row.unit_id}
    clients.load({unit.name: unit for unit in units}, provider_of, people, today)
    carers = staff.load(units, today)
    _care_contacts(units, carers, people["planner"], today)
    carers[0].user = people["care-staff"]
    carers[0].save()
    _plan(units, today, FIRST_DAYS)
    unexecuted.load(units[0], people["planner"], today)


def top_up(units: Sequence[Unit], today: date) -> None:
    """Shifts of the coming days, and the visits of the first, where there are none."""
    staff.top_up(units, today)
    _plan(units, today, FIRST_DAYS)


def plan_coming(units: Sequence[Unit], today: date) -> None:
    """The visits of the coming days."""
    _plan(units, today, DAYS)


def _plan(units: Sequence[Unit], today: date, days: int) -> None:
    for unit in units:
        generate(unit, today, calendar.add_days(today, days), Act.by_system(moment(today, 6, 0)))


def _care_contacts(units: Sequence[Unit], carers: Sequence[Carer], by: User, today: date) -> None:
    """Most have an assistant nurse; some need none, and two in each unit have not got one yet."""
    stamp = {"recorded_at": moment(today, 6, 0), "recorded_by": by, "valid_from": today}
    made = []
    for unit in units:
        nurses = [row for row in carers if row.unit_id == unit.pk and row.title == ASSISTANT]
        people = Client.objects.people().filter(unit=unit, is_dormant=False).order_by("pk")
        for number, client in enumerate(people[WITHOUT:]):
            if number % 15 == 0:
                made.append(
                    CareContact(
                        client=client, reason_for_none="Önskar ingen, dottern samordnar", **stamp
                    )
                )
            else:
                made.append(CareContact(client=client, carer=nurses[number % len(nurses)], **stamp))
    CareContact.objects.bulk_create(made)
