"""Whether a person may do a command on a case, and by what. Requirements SEC-01, CAP-08."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from guardian.shortcuts import assign_perm, remove_perm

from cases.models import Case
from organisation.authority import Actor, Holding, delegates
from organisation.models import User

if TYPE_CHECKING:
    from cases.commands import CaseCommand

SEES = "cases.view_case"
"""What a person is given who is given a case by name."""


def permitting(case: Any, command: "type[CaseCommand[Any]]", actor: Actor) -> Holding | str:
    """What lets `actor` do `command` on a case they may see, or the Swedish reason why not."""
    held = actor.holding(roles_for(command, actor.day), case.unit.path)
    if held is None and command.by_company and _represents(case, actor):
        held = Holding("applicant", "", case.provider_id)
    if held is None and command.by_name and _given(case, actor):
        held = Holding("", "", None)
    if held is None:
        allowed = "delegationsordningen" if command.delegation else "din roll"
        return f"”{command.label}” får inte göras enligt {allowed}."
    people = {actor.user.pk} | ({held.on_behalf_of.pk} if held.on_behalf_of else set())
    why = barred(case, command)
    return next((why[person] for person in people if person in why), held)


def barred(case: Any, command: "type[CaseCommand[Any]]") -> dict[int, str]:
    """Who may not do it, by conflict of interest or four eyes (by user id), with the reason."""
    why = dict(command.barred(case))
    if not command.despite_conflict:
        conflict = "Anmält jäv: du får inte handlägga det här ärendet."
        why |= dict.fromkeys(case.conflicted, conflict)
    return why


def roles_for(command: "CaseCommand[Any] | type[CaseCommand[Any]]", day: date) -> Collection[str]:
    """The roles that do it: the delegates, where the delegation of authority says who."""
    return delegates(command.delegation, day) if command.delegation else command.roles


def give_by_name(case: Case, user: User) -> None:
    """Let a person see a case, whatever their role."""
    assign_perm(SEES, user, case.as_any())


def take_back(case: Case, user: User) -> None:
    """Let a person see a case no longer, unless by their role."""
    remove_perm(SEES, user, case.as_any())


def _represents(case: Case, actor: Actor) -> bool:
    # Staff may be given a case by name too; that does not make them the company's people.
    return case.provider_id in actor.provider_ids or (actor.is_outside and _given(case, actor))


def _given(case: Case, actor: Actor) -> bool:
    return case.caseuserobjectpermission_set.filter(user=actor.user).exists()
