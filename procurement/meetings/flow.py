"""The meeting as a viewflow flow."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.meetings import guards


class MeetingFlow(CaseFlow):
    """Who has what to do next with a meeting."""

    process_title = "Möte"

    start = flow.StartHandle().Next(this.book).Annotation(title="I årshjulet")
    book = Step("Bokat", guards.booked).Next(this.hold)
    hold = Step("Hållet", guards.held).Next(this.end)
    end = flow.End()
