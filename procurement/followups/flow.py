"""The follow-up as a viewflow flow: questions, answers, meeting, findings, document."""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.flows import Step
from cases.models import CaseProcess
from procurement.followups import guards
from procurement.followups.commands import STAFF


class FollowUpFlow(flow.Flow):
    """Who has what to do next in a follow-up."""

    process_class = CaseProcess
    process_title = "Uppföljning"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.ask).Annotation(title="I årshjulet")
    ask = Step("Frågor", guards.asked, STAFF).Next(this.answers)
    answers = Step("Svar", guards.answers, STAFF).Next(this.hold)
    hold = Step("Genomförd", guards.held, STAFF).Next(this.findings)
    findings = Step("Bedömd", guards.findings, STAFF).Next(this.document)
    document = Step("Dokumenterad", guards.documented, STAFF).Next(this.end)
    end = flow.End()
