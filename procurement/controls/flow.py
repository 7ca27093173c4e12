"""The yearly control as a viewflow flow: what comes in, the review, the end."""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.flows import Step
from cases.models import CaseProcess
from procurement.controls import guards
from procurement.controls.commands import STAFF


class ControlFlow(flow.Flow):
    """Who has what to do next in a yearly control."""

    process_class = CaseProcess
    process_title = "Årlig kontroll"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.received).Annotation(title="I årshjulet")
    received = Step("Handlingar", guards.received, STAFF).Next(this.reviewed)
    reviewed = Step("Granskning", guards.reviews, STAFF).Next(this.finish)
    finish = Step("Klar", guards.finished, STAFF).Next(this.end)
    end = flow.End()
