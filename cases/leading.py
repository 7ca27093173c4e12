"""The step that leads on from where a case is, and what it lacks."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from cases.commands import CaseCommand
from cases.permission import permitting
from cases.process import commands_of
from door.refusals import Missing
from organisation.request import Request


@dataclass(frozen=True)
class Gap(Missing):
    """What is missing as a page shows it: with the button that leads to its form, if there is one."""

    button: str = ""
    address: str = ""


def leading_command(case: Any, request: Request) -> dict[str, Any]:
    """The primary command of the case's state, one the person may carry out if there is one; what
    it lacks, and what the person can do about it."""
    commands = commands_of(case.kind)
    fitting = [
        command
        for command in commands.values()
        if not command.by_company and command.fits(case) and command.leads_on(case)
    ]
    if not fitting:
        return {"leading": None, "missing": []}
    leading = next((c for c in fitting if _may(case, c, request)), fitting[0])
    missing = leading.missing(case, request.today)
    wanted = {gap.command for gap in missing} & set(commands)
    possible = {
        name: commands[name]
        for name in wanted
        if commands[name].fits(case) and _may(case, commands[name], request)
    }
    gaps = [_shown(case, gap, possible.get(gap.command)) for gap in missing]
    return {"leading": leading, "missing": gaps}


def _shown(case: Any, gap: Missing, command: type[CaseCommand] | None) -> Gap:
    if command is None:
        return Gap(**vars(gap))
    address = reverse("cases:do", args=[case.pk, gap.command])
    if gap.subject and command.form.subject:
        address += "?" + urlencode({command.form.subject: gap.subject})
    return Gap(**vars(gap), button=command.label, address=address)


def _may(case: Any, command: type[CaseCommand], request: Request) -> bool:
    return not isinstance(permitting(case, command, request.actor), str)
