"""Deviations and in-depth follow-ups as viewflow flows: who has what to do next."""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.flows import Step
from cases.models import CaseProcess
from procurement.escalations import guards
from procurement.escalations.commands.shared import STAFF


class DeviationFlow(flow.Flow):
    """Who has what to do next in a deviation."""

    process_class = CaseProcess
    process_title = "Avvikelse"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.grade).Annotation(title="Rapporterad")
    grade = Step("Graderad", guards.graded, STAFF).Next(this.ivo)
    ivo = Step("Fråga om IVO", guards.ivo, STAFF).Next(this.finish)
    finish = Step("Avslutad", guards.closed, STAFF).Next(this.end)
    end = flow.End()


class InDepthFlow(flow.Flow):
    """Who has what to do next in an in-depth follow-up."""

    process_class = CaseProcess
    process_title = "Fördjupad uppföljning"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.plan).Annotation(title="Beslutad")
    plan = Step("Plan", guards.plan, STAFF).Next(this.responsible)
    responsible = Step("Ansvariga", guards.responsible, STAFF).Next(this.consultation)
    consultation = Step("Samråd", guards.consultation, STAFF).Next(this.begin)
    begin = Step("Start", guards.started, STAFF).Next(this.findings)
    findings = Step("Iakttagelser", guards.findings, STAFF).Next(this.finish)
    finish = Step("Avslutad", guards.closed, STAFF).Next(this.end)
    end = flow.End()
