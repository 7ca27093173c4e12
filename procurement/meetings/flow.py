"""The meeting as a viewflow flow."""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.flows import Step
from cases.models import CaseProcess
from procurement.meetings import guards
from procurement.meetings.commands import STAFF


class MeetingFlow(flow.Flow):
    """Who has what to do next with a meeting."""

    process_class = CaseProcess
    process_title = "Möte"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.book).Annotation(title="I årshjulet")
    book = Step("Bokat", guards.booked, STAFF).Next(this.hold)
    hold = Step("Hållet", guards.held, STAFF).Next(this.end)
    end = flow.End()
