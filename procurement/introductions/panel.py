"""What the case page of an introduction shows beyond what every case has."""

from typing import Any

from django.http import Http404

from cases.commands import permitting
from cases.process import commands_of
from organisation.request import Request
from procurement.introductions.models import Introduction

TEMPLATE = "procurement/introduction.html"


def panel(introduction: Introduction, request: Request) -> dict[str, Any]:
    """The programme step by step, the provider's access, and what the next step waits for."""
    steps = list(introduction.steps.select_related("evidence", "recorded_by"))
    known = commands_of(introduction.kind)
    may = {
        name
        for name in ("book_step", "record_step", "leave_out_step")
        if known[name].fits(introduction)
        and not isinstance(permitting(introduction, known[name], request.actor), str)
    }
    return {
        "steps": steps,
        "steps_done": sum(not step.is_waiting for step in steps),
        "may": may,
        "access": introduction.access.all(),
    }


def for_company(introduction: Introduction, request: Request) -> dict[str, Any]:
    """The company's programme: what is booked, done and left. Shown once the decision is given."""
    application = introduction.application
    if application and application.state != application.State.APPROVED:
        raise Http404
    return {"steps": introduction.steps.filter(left_out_on=None)}
