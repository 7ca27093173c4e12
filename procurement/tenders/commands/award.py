"""From the last day for tenders to the award, and the contract that follows. TND-01, INT-03, INT-06."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from audit import log
from audit.act import Act
from cases import attachments, documents, ledger, messages, preferences
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from cases.deadlines import Budget
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import holders
from organisation.fields import OrganisationNumberField
from organisation.models import Provider, Responsibility
from organisation.roles import Role
from procurement.contracts.commands import Agreed, add_version
from procurement.contracts.models import Contract
from procurement.introductions.commands import begin_residential
from procurement.tenders import guards, rules
from procurement.tenders.commands.drafting import LEADING, release, standing_experts
from procurement.tenders.models import Tender

State = Tender.State


class CloseForTenders(CaseCommand[Tender]):
    """The last day has passed: how many tenders came in. The tenders themselves never come here."""

    label = "Registrera antal anbud"
    roles = LEADING
    transition = "close"
    primary = True
    received: int = asked.number(
        "Antal anbud",
        most=999,
        help_text="Bara antalet. Anbuden öppnas, prövas och sparas i upphandlingsenhetens system.",
    )

    @classmethod
    def missing(cls, case: Tender, day: date) -> list[Missing]:
        return guards.closing(case, day)

    def apply(self, case: Tender, act: Act) -> None:
        last = case.tenders_close_on
        assert last  # a published tender has it
        case.close(received=self.received)
        ledger.meet(case, rules.TENDERS_CLOSE.code, last, "Anbudstiden är slut")
        weeks = Budget(weeks=preferences.chosen("tender_award_weeks"))
        ledger.start(case, rules.AWARD, last, budget=weeks, anchor_text="sista dag för anbud")
        official_note(case, act, f"Anbudstiden gick ut {last}. Antal anbud: {self.received}.")


class AwardTender(CaseCommand[Tender]):
    """The committee's award decision is recorded; it ends every expert's responsibility (TND-01)."""

    label = "Registrera tilldelningsbeslut"
    help = "Beslutet fattas av nämnden. De sakkunnigas ansvar upphör i och med det."
    roles = frozenset({Role.COMMITTEE_SECRETARY})
    transition = "award"
    primary = True
    decided_on: date = asked.day("Nämndens beslut", first=asked.today)
    paragraph: int = asked.number("Paragraf", least=1, most=9999)
    winner: Provider | None = asked.one_of(
        "Tilldelas",
        lambda form: Provider.objects.filter(kind=Provider.Kind.COMPANY).order_by("name"),
        default=None,
        help_text="Finns företaget inte i listan: fyll i namn och organisationsnummer nedan.",
    )
    company: str = asked.line("Företagets namn", max_length=160, default="")
    organisation_number: str = asked.value(
        OrganisationNumberField, "Organisationsnummer", max_length=13, default="", logged=False
    )
    """Of a sole trader the owner's personal identity number, which the log does not keep."""
    reasons: str = asked.text("Skäl för beslutet", max_length=20_000)

    @classmethod
    def missing(cls, case: Tender, day: date) -> list[Missing]:
        return guards.awarding(case, day)

    def check(self, case: Tender, act: Act) -> None:
        not_in_future(self.decided_on, act.day, "Beslutet")
        assert case.tenders_close_on  # set by `publish`
        if self.decided_on <= case.tenders_close_on:
            raise Refused(
                f"Anbud togs emot till och med {long_date(case.tenders_close_on)}. Beslutet kan "
                "inte vara fattat tidigare."
            )
        if self.winner is None and not (self.company and self.organisation_number):
            raise Refused("Välj företaget i listan, eller skriv dess namn och organisationsnummer.")
        if not self.reasons.strip():
            raise Refused("Skriv nämndens skäl för beslutet.")

    def apply(self, case: Tender, act: Act) -> Kept:
        winner = self.winner or self._company(act)
        case.award(on=self.decided_on, paragraph=self.paragraph, winner=winner, reason=self.reasons)
        case.save()  # the documents below are made of what is stored
        released = self._release(case, act)
        ledger.meet(case, rules.AWARD.code, self.decided_on, "Beslutat")
        if case.questions.exists():
            documents.make(case, "tender_questions", act.user, act.at, lock=True)
        document = documents.make(case, "award_record", act.user, act.at, lock=True)
        official_note(
            case,
            act,
            f"Tilldelningsbeslut {self.decided_on} § {self.paragraph}: {winner}.",
            document,
        )
        tell_responsible(case, act, f"{case}: nämnden har beslutat om tilldelning")
        return {"winner": winner.pk, "released": released, "document": document.pk}

    def _company(self, act: Act) -> Provider:
        """The company with that number; a known one keeps what stands of it."""
        if found := Provider.with_number(self.organisation_number):
            return found
        provider = Provider.objects.create(
            name=self.company, organisation_number=self.organisation_number
        )
        log.record(f"provider:{provider.pk}", "enter_company", act, subject=provider, personal=True)
        return provider

    def _release(self, case: Tender, act: Act) -> list[int]:
        """The award itself ends what the experts took on."""
        experts = list(standing_experts(case))
        for expert in experts:
            release(expert, act)
        text = f"{case}: tilldelningsbeslutet är fattat, ditt ansvar som sakkunnig upphör"
        messages.notify([expert.user for expert in experts], case, text, act.at, opens=False)
        return [expert.pk for expert in experts]


def chair_of_committee(form: CaseForm[Tender]) -> str:
    """Who signs for the committee, as the roles say."""
    chairs = holders(Role.COMMITTEE_CHAIR, form.case.unit.path, form.day)
    return chairs[0].name if chairs else ""


class SignResidentialContract(CaseCommand[Tender]):
    """The contract is signed; the provider's introduction begins at once (INT-06, INT-07)."""

    label = "Teckna avtal"
    help = "Avtalet läggs i registret, och introduktionen av utföraren börjar genast."
    roles = HANDLERS
    transition = "sign"
    primary = True
    signed_on: date = asked.day("Tecknat den", first=asked.today)
    signing: str = asked.choice("Sätt", Contract.Signing.choices[:2], widget=forms.RadioSelect)
    chair: str = asked.line("Socialnämndens ordförande", max_length=120, first=chair_of_committee)
    company_signatory: str = asked.line("Firmatecknare för företaget", max_length=120)
    valid_from: date = asked.day("Gäller från")
    valid_to: date | None = asked.day(
        "Gäller till", default=None, help_text="Lämna tomt om avtalet gäller tills vidare."
    )
    places: int = asked.number("Platser", least=1, most=1000)
    operations_manager: str = asked.line("Verksamhetsansvarig", max_length=120)
    may_be_signed: bool = asked.yes(
        "Upphandlingsenheten har bekräftat att avtalet får tecknas",
        help_text="De bevakar avtalsspärren och en eventuell överprövning.",
    )
    file: UploadedFile | None = asked.file("Undertecknat avtal", default=None)

    def check(self, case: Tender, act: Act) -> None:
        not_in_future(self.signed_on, act.day, "Dagen")
        assert case.awarded_on  # set by `award`
        if self.signed_on < case.awarded_on:
            raise Refused(
                f"Nämnden beslutade {long_date(case.awarded_on)}. Avtalet kan tecknas tidigast då."
            )
        if self.valid_from < self.signed_on:
            raise Refused("Avtalet kan inte gälla innan det är tecknat.")
        if not self.may_be_signed:
            raise Refused(
                "Fråga upphandlingsenheten om avtalet får tecknas, och kryssa sedan i rutan."
            )

    def apply(self, case: Tender, act: Act) -> Kept:
        assert case.awarded_on  # set by `award`
        contract = self._contract(case, act)
        introduction = begin_residential(contract, act, case.awarded_on)
        case.sign(on=self.signed_on)
        official_note(case, act, f"Avtal {contract} tecknat {self.signed_on}.")
        tell_company(contract, act, f"{contract}: avtalet är tecknat")
        return {"contract": contract.number, "introduction": introduction.number}

    def _contract(self, case: Tender, act: Act) -> Contract:
        contract = Contract(
            state=Contract.State.IN_FORCE,
            title=f"{case.winner}, {case.home}",
            provider=case.winner,
            unit=case.unit,
            responsible=case.responsible,
            from_tender=case,
            table=Responsibility.Table.RESIDENTIAL,
            signed_on=self.signed_on,
            signing=self.signing,
            chair=self.chair,
            company_signatory=self.company_signatory,
        )
        open_case(contract, act, name="sign")
        give_number(contract, act.day)
        contract.save()
        agreed = Agreed(
            self.valid_from, self.valid_to, "", (), 0, self.operations_manager, places=self.places
        )
        add_version(contract, agreed, act)
        if self.file:
            try:
                attachments.receive(contract, self.file, act.user, act.at)
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
        return contract


class CancelTender(CaseCommand[Tender]):
    """The tender ends without a contract, for a reason that everybody may read."""

    label = "Avbryt upphandlingen"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    why: str = asked.text(
        "Skäl", max_length=2000, help_text="Visas för alla om underlaget har annonserats."
    )

    def apply(self, case: Tender, act: Act) -> None:
        experts = list(standing_experts(case))
        case.cancel(on=act.day)
        case.cancel_reason = self.why
        ledger.cancel(case, act.day)
        for expert in experts:
            release(expert, act)
        official_note(case, act, f"Upphandlingen avbruten. {self.why}")
        text = f"{case}: upphandlingen är avbruten, ditt ansvar som sakkunnig upphör"
        messages.notify([expert.user for expert in experts], case, text, act.at, opens=False)


COMMANDS = (CloseForTenders, AwardTender, SignResidentialContract, CancelTender)
