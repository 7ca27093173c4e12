"""Providers for the benches: contracts of ten years, their wheel, and what came of each duty."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from cases import calendar
from cases.models import Case
from organisation import matrix
from organisation.models import Provider
from procurement.areas import FollowUpArea
from procurement.contracts.models import Contract, ContractVersion
from procurement.controls.models import ControlItem, YearlyControl
from procurement.duties import jobs
from procurement.duties.models import Duty
from procurement.followups.models import FollowUp, FollowUpQuestion, QuestionTemplate
from procurement.specifications.defaults import load_first_version
from procurement.specifications.models import ServiceArea, SpecificationVersion

PROVIDERS = 300
YEARS = 10
BATCH = 2000
STOCKHOLM = ZoneInfo("Europe/Stockholm")
FINDINGS = ("fulfilled", "fulfilled", "fulfilled", "minor")
AREAS = (
    FollowUpArea.CONTRACT, FollowUpArea.MANAGEMENT, FollowUpArea.STAFF, FollowUpArea.DOCUMENTATION,
)  # fmt: skip


def insert(rows: Sequence[Any]) -> None:
    """Insert cases and their child rows: Django has no bulk insert of a model with a parent."""
    if not rows:
        return
    shared = [f.attname for f in Case._meta.concrete_fields if f.attname != "id"]
    parents = [Case(**{name: getattr(row, name) for name in shared}) for row in rows]
    Case.objects.bulk_create(parents, batch_size=BATCH)
    for row, parent in zip(rows, parents, strict=True):
        row.pk = row.case_ptr_id = row.id = parent.pk
    columns = rows[0]._meta.local_fields
    names = ", ".join(connection.ops.quote_name(field.column) for field in columns)
    marks = ", ".join(["%s"] * len(columns))
    values = [
        [f.get_db_prep_save(getattr(row, f.attname), connection) for f in columns] for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"insert into {rows[0]._meta.db_table} ({names}) values ({marks})", values
        )


def load_beginnings() -> None:
    """The matrix and the call document that contracts need."""
    matrix.load()
    load_first_version(date(2010, 1, 1))


def fill(world: Any, scale: float) -> None:
    """Add contracts up to the number of `scale`, bring the wheel up to date, open what is past.

    There are as many as the square root of the scale, so that a slice has some of them too.
    """
    _contracts(world, Contract.objects.count(), int(PROVIDERS * math.sqrt(scale)))
    jobs.make(world.now)
    past = Duty.objects.filter(case=None, agreement__isnull=False, due__lt=world.now.date())
    past = past.select_related("agreement")
    _follow_ups(world, list(past.filter(kind=Duty.Kind.FOLLOW_UP)))
    _controls(world, list(past.exclude(kind=Duty.Kind.FOLLOW_UP)))


def _contracts(world: Any, start: int, stop: int) -> None:
    specification = SpecificationVersion.objects.get()
    signed = calendar.add_months(world.now.date(), -12 * YEARS)
    rows = []
    for number in range(start, stop):
        provider = Provider.objects.create(name=f"Utförare {number:03d} AB")
        first = calendar.add_days(signed, number)
        shared = _case(world, f"AVT-{number:05d}", provider.name, provider.pk, first)
        rows.append(
            Contract(
                kind="contract",
                state="in_force",
                specification=specification,
                signed_on=first,
                signing="written",
                chair="Ordförande",
                company_signatory="Firmatecknare",
                **shared,
            )
        )
    insert(rows)
    versions = ContractVersion.objects.bulk_create(
        [
            ContractVersion(
                contract=row,
                number=1,
                valid_from=row.signed_on,
                assignment="both",
                capacity_ceiling_hours=400,
                operations_manager="Chef",
                recorded_at=world.now,
                recorded_by=world.people[0],
            )
            for row in rows
        ]
    )
    through, areas = ContractVersion.areas.through, list(ServiceArea.objects.all()[:2])
    through.objects.bulk_create(
        through(contractversion_id=version.pk, servicearea_id=area.pk)
        for version in versions
        for area in areas
    )


def _case(world: Any, number: str, title: str, provider: int, day: date) -> dict[str, Any]:
    at = datetime.combine(day, time(9), tzinfo=STOCKHOLM)
    return {
        "number": number,
        "title": title,
        "unit_id": world.unit.pk,
        "provider_id": provider,
        "responsible_id": world.people[1].pk,
        "opened_at": at,
        "state_since": at,
    }


def _of_duty(world: Any, prefix: str, duty: Duty) -> dict[str, Any]:
    contract = duty.agreement
    shared = _case(world, f"{prefix}-{duty.pk:06d}", contract.title, contract.provider_id, duty.due)
    return {**shared, "agreement": contract, "due_on": duty.due, "closed_on": duty.due}


def _follow_ups(world: Any, duties: list[Duty]) -> None:
    template = QuestionTemplate.objects.get(kind="provider")
    rows = [
        FollowUp(
            kind="follow_up",
            state="documented",
            level="provider",
            template=template,
            held_on=duty.due,
            **_of_duty(world, "UPP", duty),
        )
        for duty in duties
    ]
    _opened(duties, rows)
    questions = [
        FollowUpQuestion(
            follow_up=row,
            order=order,
            area=area,
            text="Fråga",
            answer="Svar",
            finding=FINDINGS[(row.pk + order) % len(FINDINGS)],
        )
        for row in rows
        for order, area in enumerate(AREAS)
    ]
    FollowUpQuestion.objects.bulk_create(questions, batch_size=BATCH)


def _controls(world: Any, duties: list[Duty]) -> None:
    rows = [
        YearlyControl(
            kind="control",
            state="finished",
            about="tax" if duty.kind == Duty.Kind.TAX_CONTROL else "reports",
            **_of_duty(world, "KON", duty),
        )
        for duty in duties
    ]
    _opened(duties, rows)
    items = [ControlItem(control=row, kind="tax", received_on=row.due_on) for row in rows]
    ControlItem.objects.bulk_create(items, batch_size=BATCH)


def _opened(duties: list[Duty], rows: list[Any]) -> None:
    insert(rows)
    for duty, row in zip(duties, rows, strict=True):
        duty.case_id = row.pk
    Duty.objects.bulk_update(duties, ["case"], batch_size=500)
