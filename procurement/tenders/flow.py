"""The tender as a viewflow flow: the call document, questions, tenders, the award, the contract."""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.actions import HANDLERS
from cases.flows import Step
from cases.models import CaseProcess
from organisation.roles import Role
from procurement.tenders import guards

SECRETARY = frozenset({Role.COMMITTEE_SECRETARY})


class TenderFlow(flow.Flow):
    """Who has what to do next in a tender."""

    process_class = CaseProcess
    process_title = "Upphandling"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.sections).Annotation(title="Påbörjad")
    sections = Step("Avsnitten", guards.sections, HANDLERS).Next(this.consultation)
    consultation = Step("Referensgruppen", guards.reference_group, HANDLERS).Next(this.publication)
    publication = Step("Annonserad", guards.published, HANDLERS).Next(this.tenders)
    tenders = Step("Anbudstid", guards.closed, HANDLERS).Next(this.answers)
    answers = Step("Frågor besvarade", guards.answered, HANDLERS).Next(this.decision)
    decision = Step("Tilldelning", guards.awarded, SECRETARY).Next(this.contract)
    contract = Step("Avtal", guards.signed, HANDLERS).Next(this.end)
    end = flow.End()
