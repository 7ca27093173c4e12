"""The tender as a viewflow flow: the call document, questions, tenders, the award, the contract."""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.tenders import guards


class TenderFlow(CaseFlow):
    """Who has what to do next in a tender."""

    process_title = "Upphandling"

    start = flow.StartHandle().Next(this.sections).Annotation(title="Påbörjad")
    sections = Step("Avsnitten", guards.sections).Next(this.consultation)
    consultation = Step("Referensgruppen", guards.reference_group).Next(this.publication)
    publication = Step("Annonserad", guards.published).Next(this.tenders)
    tenders = Step("Anbudstid", guards.closed).Next(this.answers)
    answers = Step("Frågor besvarade", guards.answered).Next(this.decision)
    decision = Step("Tilldelning", guards.awarded).Next(this.contract)
    contract = Step("Avtal", guards.signed).Next(this.end)
    end = flow.End()
