"""Makes a practice unit: the original's pattern, with invented persons. BEY-17.

Everything is copied in one transaction: killed half-way, nothing of it is there. The same original
gives the same names. Nobody's name, number, address or note is copied.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import models, transaction

from audit import clock, log
from audit.act import Act
from cases import calendar
from clients.models import Client, LegalBasis, ServiceOrder
from organisation.models import Unit, User
from planning.baseplans.generation import generate
from planning.models import (
    Base,
    BasePlan,
    BaseVisit,
    Carer,
    CarerSkill,
    Practice,
    Shift,
)
from planning.practice import names

DAYS = 14
"""Shifts and visits of so many days are there to practise on."""
LOST = timedelta(minutes=1)
"""After so long a making is begun again: one that is under way holds its row."""
SILENT = timedelta(minutes=15)
"""After so long a making that is not ready counts as broken off."""
JITTER = 0.004
"""Degrees by which each home is moved, some hundred metres."""
BATCH = 2000


def is_broken(practice: Practice, at: datetime) -> bool:
    """Whether it failed, or was killed before it was ready."""
    late = practice.ready_at is None and practice.started_at < at - SILENT
    return bool(practice.error) or late


def carry_out(pk: int, at: datetime) -> None:
    """Make the copy. Twice is once; a fault is told on the page, and nothing is left of it."""
    try:
        with transaction.atomic():
            practice = Practice.objects.select_for_update(of=("self",)).get(pk=pk)
            if practice.ready_at or practice.ended_at:
                return
            unit = _copy(practice, clock.local_date(at), at)
            Practice.objects.filter(pk=pk).update(unit=unit, ready_at=at, error="")
    except Exception:
        error = "Övningsenheten gick inte att göra. Ta bort den och försök igen."
        Practice.objects.filter(pk=pk).update(error=error)
        raise


def lost(at: datetime) -> list[int]:
    """Those whose making was lost with its worker: begun a while ago, neither ready nor failed."""
    waiting = Practice.objects.filter(
        ready_at=None, ended_at=None, error="", started_at__range=(at - SILENT, at - LOST)
    )
    return list(waiting.values_list("pk", flat=True))


def _copy(practice: Practice, today: Any, at: datetime) -> Unit:
    original, last = practice.original, calendar.add_days(today, DAYS - 1)
    random = Random(original.pk)
    unit = Unit.objects.create(
        name=f"Övning: {original.name}",
        parent=original.parent,
        valid_from=today,
        practice_of=original,
    )
    _rows(Base.objects.filter(unit=original), unit=unit)
    carers = _carers(original, unit, random, today)
    held = CarerSkill.objects.on(today).filter(carer__in=carers)
    _rows(held, each=lambda row: {"carer_id": carers[row.carer_id], "granted_by": ""})
    shifts = Shift.objects.filter(unit=original, day__range=(today, last))
    _rows(
        shifts.filter(models.Q(carer=None) | models.Q(carer__in=carers)),
        unit=unit,
        absent_from=None,
        each=lambda row: {"carer_id": carers.get(row.carer_id)},
    )
    clients = _clients(original, unit, random, today)
    _granted(clients, practice.made_by, at)
    _planned(clients, practice.made_by, at)
    act = Act.by_system(at)
    generate(unit, today, last, act)
    log.record(
        f"unit:{original.pk}",
        "make_practice",
        act,
        subject=unit,
        values={"unit": unit.pk, "clients": len(clients), "carers": len(carers)},
    )
    return unit


Copies = Mapping[int, int]
"""The copy of each row, by number."""


def _carers(original: Unit, unit: Unit, random: Random, today: Any) -> Copies:
    rows = Carer.objects.on(today).filter(unit=original)
    return _rows(
        rows,
        unit=unit,
        user=None,
        team=None,
        username=None,
        identity_number="",
        identity_index=None,
        each=lambda row: {"name": names.person(random)},
    )


def _clients(original: Unit, unit: Unit, random: Random, today: Any) -> Copies:
    rows = Client.objects.filter(unit=original).active(today, today)

    def invented(row: Client) -> dict[str, Any]:
        if row.is_surrounding:
            return {"name": row.name}
        moved = {
            name: value + random.uniform(-JITTER, JITTER)
            for name in ("latitude", "longitude")
            if (value := getattr(row, name)) is not None
        }
        return {"name": names.person(random), "address": names.address(random), **moved}

    return _rows(
        rows,
        unit=unit,
        provider=None,
        identity_number="",
        identity_index=None,
        reserve_number="",
        reserve_index=None,
        reserve_system="",
        entry="",
        phone="",
        has_protected_identity=False,
        key_number="",
        each=invented,
    )


def _granted(clients: Copies, user: User, at: datetime) -> None:
    """The extent of what is ordered, as what needs no decision: none is invented."""
    orders = ServiceOrder.objects.filter(client__in=clients, replaced_by=None)
    _rows(
        orders,
        decision=None,
        legal_basis=LegalBasis.SOL_11_5,
        note="",
        replaces=None,
        recorded_at=at,
        recorded_by=user,
        on_behalf_of=None,
        each=lambda row: {"client_id": clients[row.client_id]},
    )


def _planned(clients: Copies, user: User, at: datetime) -> None:
    base_plans = BasePlan.objects.settled().filter(client__in=clients)
    made = _rows(
        base_plans,
        recorded_at=at,
        recorded_by=user,
        on_behalf_of=None,
        each=lambda row: {"client_id": clients[row.client_id]},
    )
    visits = BaseVisit.objects.filter(base_plan__in=made)
    copies = _rows(
        visits, after=None, note="", each=lambda row: {"base_plan_id": made[row.base_plan_id]}
    )
    followed = [(row.pk, row.after_id or 0) for row in visits.filter(after__in=copies)]
    late = BaseVisit.objects.in_bulk([copies[pk] for pk, _ in followed])
    for pk, after in followed:
        late[copies[pk]].after_id = copies[after]
    BaseVisit.objects.bulk_update(late.values(), ["after"], batch_size=BATCH)
    for name, target in (
        ("services", "service_id"),
        ("skills", "skill_id"),
        ("serves", "client_id"),
    ):
        _links(name, target, copies, clients if name == "serves" else None)


def _links(name: str, target: str, copies: Copies, targets: Copies | None) -> None:
    """The rows of a many-to-many field, from the originals to their copies."""
    through = getattr(BaseVisit, name).through
    rows = through.objects.filter(basevisit__in=copies)
    through.objects.bulk_create(
        [
            through(
                **{
                    "basevisit_id": copies[row.basevisit_id],
                    target: targets[getattr(row, target)] if targets else getattr(row, target),
                }
            )
            for row in rows
            if targets is None or getattr(row, target) in targets
        ],
        batch_size=BATCH,
    )


def _rows(found: models.QuerySet, each: Any = None, **changed: Any) -> dict[int, int]:
    """Copy rows with what is changed in all of them, and in each. Returns the copy of each."""
    originals = list(found.order_by("pk"))
    copies = []
    for row in originals:
        values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
        del values[row._meta.pk.attname]
        copy = type(row)(**values)
        for name, value in {**changed, **(each(row) if each else {})}.items():
            setattr(copy, name, value)
        copies.append(copy)
    found.model._default_manager.bulk_create(copies, batch_size=BATCH)
    return {row.pk: copy.pk for row, copy in zip(originals, copies, strict=True)}
