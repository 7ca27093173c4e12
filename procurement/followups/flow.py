"""The follow-up as a viewflow flow: questions, answers, meeting, findings, document."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.followups import guards


class FollowUpFlow(CaseFlow):
    """Who has what to do next in a follow-up."""

    process_title = "Uppföljning"

    start = flow.StartHandle().Next(this.ask).Annotation(title="I årshjulet")
    ask = Step("Frågor", guards.asked).Next(this.answers)
    answers = Step("Svar", guards.answers).Next(this.hold)
    hold = Step("Genomförd", guards.held).Next(this.findings)
    findings = Step("Bedömd", guards.findings).Next(this.document)
    document = Step("Dokumenterad", guards.documented).Next(this.end)
    end = flow.End()
