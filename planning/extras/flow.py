"""The extra need as a viewflow flow: the contact, and how it ends."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from planning.extras import guards


class ExtraNeedFlow(CaseFlow):
    """Who has what to do next with an extra need."""

    process_title = "Extra insats"

    start = flow.StartHandle().Next(this.contact).Annotation(title="Planerad")
    contact = Step("Kontakt", guards.contacted).Next(this.finish)
    finish = Step("Avslutad", guards.ended).Next(this.end)
    end = flow.End()
