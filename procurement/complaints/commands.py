"""The verbs of a complaint: registered, taken up, looked into, answered, made a deviation, closed."""

from datetime import date

from django import forms
from django.db.models import QuerySet

from audit.act import Act
from cases import documents, ledger, preferences
from cases.actions import HANDLERS, not_in_future, official_note
from cases.commands import CaseCommand, CaseForm
from cases.deadlines import Budget
from cases.opening import Opening
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.models import Provider
from procurement.complaints import guards, rules
from procurement.complaints.models import Complaint
from procurement.contracts.models import Contract
from procurement.escalations.commands.deviation import contract_in_force, open_deviation
from procurement.escalations.commands.shared import NO_PERSONS
from procurement.escalations.models import Deviation
from procurement.escalations.rules import AREA_CHOICES

State = Complaint.State


def with_contract(form: CaseForm[Complaint]) -> QuerySet[Provider]:
    """The providers that have, or have had, a contract."""
    return Provider.objects.filter(cases__kind=Contract.case_kind).distinct()


class RegisterComplaint(Opening[Complaint]):
    """What somebody says of a provider, and who is to have the answer."""

    label = "Registrera synpunkt"
    help = "Ett klagomål, beröm eller förslag om en utförare. Utföraren får aldrig veta vem som har lämnat det."
    roles = Complaint.reader_roles
    provider: Provider = asked.one_of("Utförare", with_contract, empty_label="Välj utförare")
    sort: str = asked.choice("Slag", Complaint.Sort.choices, widget=forms.RadioSelect)
    area: str = asked.choice("Vad det gäller", AREA_CHOICES, widget=forms.RadioSelect)
    arrived_on: date = asked.day("Kom in", first=asked.today)
    said: str = asked.text("Vad personen säger", max_length=10_000)
    from_name: str = asked.line(
        "Personens namn",
        max_length=120,
        default="",
        help_text="Lämnas tomt för den som vill vara anonym. Då lämnas inget svar.",
    )
    from_address: str = asked.line("Adress eller e-post", max_length=254, default="")

    def new(self, act: Act) -> Complaint:
        not_in_future(self.arrived_on, act.day, "Dagen")
        contract = contract_in_force(self.provider)
        return Complaint(
            state=State.RECEIVED,
            title=self.provider.name,
            provider=self.provider,
            responsible=contract.responsible if contract else None,
            sort=self.sort,
            area=self.area,
            arrived_on=self.arrived_on,
            said=self.said,
            from_name=self.from_name,
            from_address=self.from_address,
        )

    def opened(self, case: Complaint, act: Act) -> None:
        if not case.is_anonymous:
            days = Budget(working_days=preferences.chosen(rules.ANSWER_DAYS.key))
            ledger.start(case, rules.ANSWER, case.arrived_on, budget=days, anchor_text="den kom in")


class BeginHandling(CaseCommand[Complaint]):
    """Somebody takes it up, and is responsible for it."""

    label = "Börja handlägga"
    roles = HANDLERS
    transition = "begin_handling"
    primary = True

    def apply(self, case: Complaint, act: Act) -> None:
        case.begin_handling()
        case.responsible = act.on_behalf_of or act.user


class RegisterFindings(CaseCommand[Complaint]):
    """What the provider and others say, and whether the person was right."""

    label = "Registrera vad som kommit fram"
    roles = HANDLERS
    findings: str = asked.text("Vad som har kommit fram", first=lambda form: form.case.findings)
    outcome: str = asked.choice(
        "Bedömning",
        (*Complaint.Outcome.choices, ("", "Beröm eller förslag: ingen bedömning")),
        widget=forms.RadioSelect,
        default="",
    )

    @classmethod
    def fits(cls, case: Complaint) -> bool:
        return case.state == State.HANDLING

    @classmethod
    def leads_on(cls, case: Complaint) -> bool:
        return not case.findings

    def check(self, case: Complaint, act: Act) -> None:
        if case.sort == Complaint.Sort.COMPLAINT and not self.outcome:
            raise Refused("Välj om klagomålet är befogat, delvis befogat eller inte befogat.")

    def apply(self, case: Complaint, act: Act) -> None:
        case.findings, case.outcome = self.findings, self.outcome


class AnswerPerson(CaseCommand[Complaint]):
    """The person is told what was found, in a letter that is kept."""

    label = "Svara personen"
    roles = HANDLERS
    transition = "answer"
    text: str = asked.text("Svar", first=lambda form: form.case.findings)

    @classmethod
    def fits(cls, case: Complaint) -> bool:
        return super().fits(case) and not case.is_anonymous

    @classmethod
    def leads_on(cls, case: Complaint) -> bool:
        return bool(case.findings)

    @classmethod
    def missing(cls, case: Complaint, day: date) -> list[Missing]:
        return guards.looked_into(case, day)

    def apply(self, case: Complaint, act: Act) -> Kept:
        case.answer(on=act.day)
        letter = documents.make(
            case, "complaint_answer", act.user, act.at, lock=True, text=self.text
        )
        ledger.meet(case, rules.ANSWER.code, act.day, "Besvarad")
        official_note(case, act, f"{case}: svar till den som lämnat synpunkten.", letter)
        return {"document": letter.pk}


class MakeDeviation(CaseCommand[Complaint]):
    """What came up is graded and followed up as a deviation (ESC-01)."""

    label = "Gör till avvikelse"
    roles = HANDLERS
    happened_on: date = asked.day("När det inträffade", first=lambda form: form.case.arrived_on)
    description: str = asked.text("Vad som hände", help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: Complaint) -> bool:
        return case.led_to is None and case.state in (State.HANDLING, State.ANSWERED)

    def apply(self, case: Complaint, act: Act) -> Kept:
        assert case.provider  # every complaint is about one
        case.led_to = open_deviation(
            case.provider,
            contract_in_force(case.provider),
            case.unit,
            area=case.area,
            source=Deviation.Source.COMPLAINT,
            happened_on=self.happened_on,
            description=self.description,
            act=act,
        )
        return {"deviation": case.led_to.pk}


class CloseComplaint(CaseCommand[Complaint]):
    """Nothing more is to be done."""

    label = "Avsluta"
    roles = HANDLERS
    transition = "close"

    @classmethod
    def leads_on(cls, case: Complaint) -> bool:
        return case.state == State.ANSWERED or (case.is_anonymous and bool(case.findings))

    @classmethod
    def missing(cls, case: Complaint, day: date) -> list[Missing]:
        return guards.answered(case, day)

    def apply(self, case: Complaint, act: Act) -> None:
        case.close(on=act.day)


COMMANDS = (BeginHandling, RegisterFindings, AnswerPerson, MakeDeviation, CloseComplaint)
