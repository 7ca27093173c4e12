"""Deviations and in-depth follow-ups as viewflow flows: who has what to do next."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.escalations import guards


class DeviationFlow(CaseFlow):
    """Who has what to do next in a deviation."""

    process_title = "Avvikelse"

    start = flow.StartHandle().Next(this.grade).Annotation(title="Rapporterad")
    grade = Step("Graderad", guards.graded).Next(this.ivo)
    ivo = Step("Fråga om IVO", guards.ivo).Next(this.finish)
    finish = Step("Avslutad", guards.closed).Next(this.end)
    end = flow.End()


class InDepthFlow(CaseFlow):
    """Who has what to do next in an in-depth follow-up."""

    process_title = "Fördjupad uppföljning"

    start = flow.StartHandle().Next(this.plan).Annotation(title="Beslutad")
    plan = Step("Plan", guards.plan).Next(this.responsible)
    responsible = Step("Ansvariga", guards.responsible).Next(this.consultation)
    consultation = Step("Samråd", guards.consultation).Next(this.begin)
    begin = Step("Start", guards.started).Next(this.findings)
    findings = Step("Iakttagelser", guards.findings).Next(this.finish)
    finish = Step("Avslutad", guards.ended).Next(this.end)
    end = flow.End()
