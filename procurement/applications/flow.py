"""The application as a viewflow flow: parallel controls, join, assessment, MBL, committee, notice.

Each step is done when its guard, the one that `perform` uses, finds nothing missing.
"""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.flows import Step
from cases.models import CaseProcess
from organisation.roles import Role
from procurement.applications import guards

HANDLERS = frozenset({Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR})
SECRETARY = frozenset({Role.COMMITTEE_SECRETARY})


class ApplicationFlow(flow.Flow):
    """Who has what to do next in an application."""

    process_class = CaseProcess
    process_title = "LOV-ansökan"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.review).Annotation(title="Inkom")
    review = Step("Granskning av ansökan", guards.review, HANDLERS).Next(this.complete)
    complete = Step("Komplett", guards.is_complete, HANDLERS).Next(this.controls)
    controls = (
        flow.Split()
        .Next(this.credit)
        .Next(this.tax)
        .Next(this.qms)
        .Next(this.cv)
        .Next(this.meeting)
        .Next(this.references)
    )
    credit = Step("Kreditupplysning", guards.credit, HANDLERS).Next(this.controlled)
    tax = Step("Skatteverket", guards.tax, HANDLERS).Next(this.controlled)
    qms = Step("Ledningssystem", guards.qms, HANDLERS).Next(this.controlled)
    cv = Step("Meriter och bilagor", guards.cv, HANDLERS).Next(this.controlled)
    meeting = Step("Informationsmöte", guards.meeting, HANDLERS).Next(this.controlled)
    references = Step("Referenser", guards.references, HANDLERS).Next(this.controlled)
    controlled = flow.Join().Next(this.assessment)
    assessment = Step(
        "Bedömning", guards.assessment, HANDLERS | frozenset({Role.DEPUTY_DIRECTOR})
    ).Next(this.mbl)
    mbl = Step("MBL", guards.concluded_mbl, HANDLERS).Next(this.committee)
    committee = Step("Nämnd", guards.decided, SECRETARY).Next(this.notice)
    notice = Step("Underrättelse", guards.notified, SECRETARY).Next(this.final)
    final = Step("Slutligt", guards.final, SECRETARY).Next(this.end)
    end = flow.End()
