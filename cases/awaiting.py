"""What waits for a person, read from the open tasks of the cases they see. Requirement CAP-14."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse

from cases.commands import CaseCommand
from cases.flows import UNGIVEN
from cases.models import Awaited, Case
from cases.process import commands_of, processes
from organisation.authority import Actor

LOOKED_AT = 60
"""Cases of which the most urgent are shown; some wait for a person by unit or four eyes alone."""


@dataclass(frozen=True)
class Line:
    """What waits for a person in one case first, and how many things more."""

    case: Case
    awaited: Awaited
    command: type[CaseCommand[Any]]
    more: int

    @property
    def button(self) -> str:
        """What the button that leads on says."""
        if self.command.reads_first:
            return "Läs ärendet"
        return "Fördela" if self.awaited.what == UNGIVEN else str(self.command.label)

    @property
    def address(self) -> str:
        """The command's form, about the very thing that is missing; the case, if it is read first."""
        if self.command.reads_first:
            return reverse("cases:case", args=[self.case.pk])
        address = reverse("cases:do", args=[self.case.pk, self.command.command_name()])
        if self.awaited.about and self.command.form.subject:
            address += "?" + urlencode({self.command.form.subject: self.awaited.about})
        return address

    @property
    def is_anybodys(self) -> bool:
        """Whether anybody with the role may take it: a step, of a case that somebody has."""
        return self.awaited.person_id is None and self.awaited.what != UNGIVEN


def of(actor: Actor) -> QuerySet[Awaited]:
    """What waits for somebody: given to them, or to nobody and done by a role that they hold."""
    given = Q(person__in=actor.acts_for)
    return Awaited.objects.filter(given | Q(person=None, does__in=_commands(actor)))


def has_work(actor: Actor) -> Q:
    """Cases in which something waits for the person."""
    return Q(pk__in=of(actor).values("case"))


def lines(actor: Actor, most: int) -> list[Line]:
    """The first thing that waits for a person in each case they see, by the nearest deadline."""
    cases = (
        Case.objects.listed()
        .visible_to(actor)
        .open()
        .filter(has_work(actor))
        .select_related("unit")
        .with_next_deadline()
        .order_by(F("next_due").asc(nulls_last=True), "pk")[:LOOKED_AT]
    )
    found = {case.pk: case for case in cases}
    waiting: dict[int, list[Awaited]] = {}
    for row in of(actor).filter(case__in=found):
        if _is_for(actor, row, found[row.case_id]):
            waiting.setdefault(row.case_id, []).append(row)
    for rows in waiting.values():
        rows.sort(key=lambda row: row.what != UNGIVEN)  # it is given before anything is done
    return [
        Line(case, its[0], _command(its[0]), len({row.what for row in its}) - 1)
        for pk, case in found.items()
        if (its := waiting.get(pk))
    ][:most]


def show(cases: Iterable[Case]) -> None:
    """Put what each case waits for on it, as `awaits`: one query."""
    shown = {case.pk: case for case in cases}
    for case in shown.values():
        case.awaits = []
    for row in Awaited.objects.filter(case__in=shown).select_related("person"):
        awaits = shown[row.case_id].awaits
        if row.what not in {other.what for other in awaits}:  # what two may give is said once
            awaits.append(row)


def _command(row: Awaited) -> type[CaseCommand[Any]]:
    kind, _, name = row.does.partition(".")
    return commands_of(kind)[name]


def _is_for(actor: Actor, row: Awaited, case: Case) -> bool:
    """Whether the person may give it, in the case's unit and for whom they act."""
    if row.person_id:
        return bool(row.does) and actor.user.pk not in row.not_by
    command = _command(row)
    held = actor.holding(actor.roles if command.delegation else command.roles, case.unit.path)
    if held is None:
        return False
    return not {actor.user.pk, held.on_behalf_of and held.on_behalf_of.pk} & set(row.not_by)


def _commands(actor: Actor) -> list[str]:
    """The commands that the person's roles do, as `Awaited.does` names them."""
    held, codes = set(actor.roles), actor.delegated
    return [
        does
        for does, command in _all_commands()
        if (command.roles & held and not command.delegation) or command.delegation in codes
    ]


def _all_commands() -> Iterator[tuple[str, type[CaseCommand[Any]]]]:
    for process in processes():
        kind = process.case.case_kind
        for name, command in commands_of(kind).items():
            yield f"{kind}.{name}", command
