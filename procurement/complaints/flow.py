"""A complaint as a viewflow flow."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.complaints import guards


class ComplaintFlow(CaseFlow):
    """Who has what to do next with a complaint."""

    process_title = "Synpunkt"
    start = flow.StartHandle().Next(this.begin).Annotation(title="Kommit in")
    begin = Step("Handläggs", guards.begun).Next(this.look_into)
    look_into = Step("Utredd", guards.looked_into).Next(this.answer)
    answer = Step("Besvarad", guards.answered).Next(this.close)
    close = Step("Avslutad", guards.closed).Next(this.end)
    end = flow.End()
