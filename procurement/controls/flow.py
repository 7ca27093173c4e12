"""The yearly control as a viewflow flow: what comes in, the review, the end."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.controls import guards


class ControlFlow(CaseFlow):
    """Who has what to do next in a yearly control."""

    process_title = "Årlig kontroll"

    start = flow.StartHandle().Next(this.received).Annotation(title="I årshjulet")
    received = Step("Handlingar", guards.received).Next(this.reviewed)
    reviewed = Step("Granskning", guards.reviews).Next(this.finish)
    finish = Step("Klar", guards.finished).Next(this.end)
    end = flow.End()
