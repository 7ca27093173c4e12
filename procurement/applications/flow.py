"""The application as a viewflow flow: parallel controls, join, assessment, MBL, committee, notice.

Each step is done when its guard, the one that `perform` uses, finds nothing missing.
"""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.applications import guards


class ApplicationFlow(CaseFlow):
    """Who has what to do next in an application."""

    process_title = "LOV-ansökan"

    start = flow.StartHandle().Next(this.review).Annotation(title="Inkom")
    review = Step("Granskning av ansökan", guards.review).Next(this.complete)
    complete = Step("Komplett", guards.completing).Next(this.controls)
    controls = (
        flow.Split()
        .Next(this.credit)
        .Next(this.tax)
        .Next(this.qms)
        .Next(this.cv)
        .Next(this.meeting)
        .Next(this.references)
    )
    credit = Step("Kreditupplysning", guards.credit).Next(this.controlled)
    tax = Step("Skatteverket", guards.tax).Next(this.controlled)
    qms = Step("Ledningssystem", guards.qms).Next(this.controlled)
    cv = Step("Meriter och bilagor", guards.cv).Next(this.controlled)
    meeting = Step("Informationsmöte", guards.meeting).Next(this.controlled)
    references = Step("Referenser", guards.references).Next(this.controlled)
    controlled = flow.Join().Next(this.assessment)
    assessment = Step("Bedömning", guards.assessing).Next(this.mbl)
    mbl = Step("MBL", guards.concluded_mbl).Next(this.committee)
    committee = Step("Nämnd", guards.decided).Next(this.notice)
    notice = Step("Underrättelse", guards.notified).Next(this.final)
    final = Step("Slutligt", guards.final).Next(this.end)
    end = flow.End()
