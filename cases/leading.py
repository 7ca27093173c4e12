"""The step that leads on from where a case is, and what it lacks."""

from typing import Any

from django.http import HttpRequest

from cases.commands import Command, permitting, registry


def leading_command(case: Any, request: HttpRequest) -> dict[str, Any]:
    """The primary command of the case's state, one the person may carry out if there is one; what
    it lacks, and what the person can do about it."""
    commands = registry.of(case)
    fitting = [
        command
        for command in commands.values()
        if command.primary and not command.by_company and command.fits(case)
    ]
    if not fitting:
        return {"leading": None, "missing": []}
    leading = next((c for c in fitting if _may(case, c, request)), fitting[0])
    missing = leading.missing(case, request.today)
    wanted = {gap.command for gap in missing} & set(commands)
    possible = {
        name: commands[name].label
        for name in wanted
        if commands[name].fits(case) and _may(case, commands[name], request)
    }
    return {"leading": leading, "missing": missing, "possible": possible}


def _may(case: Any, command: type[Command], request: HttpRequest) -> bool:
    return not isinstance(permitting(case, command, request.actor), str)
