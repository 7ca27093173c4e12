"""The step that leads on from where a case is, and what it lacks."""

from typing import Any

from django.http import HttpRequest

from cases.commands import permitting, registry


def leading_command(case: Any, request: HttpRequest) -> dict[str, Any]:
    """The primary command of the case's state, what it lacks, and what the person can do about it."""
    commands = registry.of(case)
    leading = next(
        (
            command
            for command in commands.values()
            if command.primary and not command.by_company and command.fits(case)
        ),
        None,
    )
    if leading is None:
        return {"leading": None, "missing": []}
    missing = leading.missing(case, request.today)
    wanted = {gap.command for gap in missing} & set(commands)
    possible = {
        name: commands[name].label
        for name in wanted
        if commands[name].fits(case)
        and not isinstance(permitting(case, commands[name], request.actor), str)
    }
    return {"leading": leading, "missing": missing, "possible": possible}
