"""From the last day for tenders to the award, and the contract that follows. TND-01, INT-03, INT-06."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from audit import log
from cases import attachments, documents, ledger, messages, preferences
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import Act, Command, CommandForm, Missing, Refused, give_number, open_case
from cases.dates import long_date
from cases.deadlines import Budget
from organisation.authority import holders
from organisation.models import Provider, Responsibility
from organisation.roles import Role
from procurement.contracts.commands import Agreed, add_version
from procurement.contracts.models import Contract
from procurement.introductions.commands import begin_residential
from procurement.portal.forms import OrganisationNumberField
from procurement.tenders import guards, rules
from procurement.tenders.commands.drafting import LEADING, release, standing_experts
from procurement.tenders.models import Tender

State = Tender.State


class CloseForm(CommandForm):
    received = forms.IntegerField(
        label="Antal anbud", min_value=0, max_value=999,
        help_text="Bara antalet. Anbuden öppnas, prövas och sparas i upphandlingsenhetens system.",
    )  # fmt: skip


class CloseForTenders(Command):
    """The last day has passed: how many tenders came in. The tenders themselves never come here."""

    label: ClassVar[str] = "Registrera antal anbud"
    roles = LEADING
    transition = "close"
    primary = True
    form = CloseForm
    received: int

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.closing(case, day)

    def apply(self, case: Any, act: Act) -> None:
        last = case.tenders_close_on
        case.close(received=self.received)
        ledger.meet(case, rules.TENDERS_CLOSE.code, last, "Anbudstiden är slut")
        weeks = Budget(weeks=preferences.chosen("tender_award_weeks"))
        ledger.start(case, rules.AWARD, last, budget=weeks, anchor_text="sista dag för anbud")
        official_note(case, act, f"Anbudstiden gick ut {last}. Antal anbud: {self.received}.")


class AwardForm(CommandForm):
    decided_on = forms.DateField(label="Nämndens beslut")
    paragraph = forms.IntegerField(label="Paragraf", min_value=1, max_value=9999)
    winner = forms.ModelChoiceField(
        Provider.objects.filter(kind=Provider.Kind.COMPANY).order_by("name"),
        label="Tilldelas", required=False,
        help_text="Finns företaget inte i listan: fyll i namn och organisationsnummer nedan.",
    )  # fmt: skip
    company = forms.CharField(label="Företagets namn", max_length=160, required=False)
    organisation_number = OrganisationNumberField(
        label="Organisationsnummer", max_length=13, required=False
    )
    reasons = forms.CharField(label="Skäl för beslutet", widget=forms.Textarea, max_length=20000)

    def prepare(self) -> None:
        self.fields["decided_on"].initial = self.day


class AwardTender(Command):
    """The committee's award decision is recorded; it ends every expert's responsibility (TND-01)."""

    label: ClassVar[str] = "Registrera tilldelningsbeslut"
    help = "Beslutet fattas av nämnden. De sakkunnigas ansvar upphör i och med det."
    roles = frozenset({Role.COMMITTEE_SECRETARY})
    transition = "award"
    primary = True
    form = AwardForm
    decided_on: date
    paragraph: int
    reasons: str
    winner: Provider | None = None
    company: str = ""
    organisation_number: str = ""

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.awarding(case, day)

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.decided_on, act.day, "Beslutet")
        if self.decided_on <= case.tenders_close_on:
            raise Refused(
                f"Anbud togs emot till och med {long_date(case.tenders_close_on)}. Beslutet kan "
                "inte vara fattat tidigare."
            )
        if self.winner is None and not (self.company and self.organisation_number):
            raise Refused("Välj företaget i listan, eller skriv dess namn och organisationsnummer.")
        if not self.reasons.strip():
            raise Refused("Skriv nämndens skäl för beslutet.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        winner = self.winner or self._company(act)
        case.award(on=self.decided_on, paragraph=self.paragraph, winner=winner, reason=self.reasons)
        case.save()  # the documents below are made of what is stored
        released = self._release(case, act)
        ledger.meet(case, rules.AWARD.code, self.decided_on, "Beslutat")
        if case.questions.exists():
            documents.make(case, "tender_questions", act.user, act.at, lock=True)
        document = documents.make(case, "award_record", act.user, act.at, lock=True)
        official_note(
            case, act, f"Tilldelningsbeslut {self.decided_on} § {self.paragraph}: {winner}.",
            document,
        )  # fmt: skip
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

    def stated(self) -> dict[str, Any]:
        return {"decided_on": str(self.decided_on), "paragraph": self.paragraph}


class SignForm(CommandForm):
    signed_on = forms.DateField(label="Tecknat den")
    signing = forms.ChoiceField(
        label="Sätt", choices=Contract.Signing.choices[:2], widget=forms.RadioSelect
    )
    chair = forms.CharField(label="Socialnämndens ordförande", max_length=120)
    company_signatory = forms.CharField(label="Firmatecknare för företaget", max_length=120)
    valid_from = forms.DateField(label="Gäller från")
    valid_to = forms.DateField(
        label="Gäller till", required=False, help_text="Lämna tomt om avtalet gäller tills vidare."
    )
    places = forms.IntegerField(label="Platser", min_value=1, max_value=1000)
    operations_manager = forms.CharField(label="Verksamhetsansvarig", max_length=120)
    may_be_signed = forms.BooleanField(
        label="Upphandlingsenheten har bekräftat att avtalet får tecknas", required=False,
        help_text="De bevakar avtalsspärren och en eventuell överprövning.",
    )  # fmt: skip
    file = forms.FileField(label="Undertecknat avtal", required=False, max_length=160)

    def prepare(self) -> None:
        chairs = holders(Role.COMMITTEE_CHAIR, self.case.unit.path, self.day)
        self.fields["signed_on"].initial = self.day
        self.fields["chair"].initial = chairs[0].name if chairs else ""

    def clean_file(self) -> UploadedFile | None:
        if upload := self.cleaned_data["file"]:
            attachments.check(upload)
        return upload


class SignResidentialContract(Command):
    """The contract is signed; the provider's introduction begins at once (INT-06, INT-07)."""

    label: ClassVar[str] = "Teckna avtal"
    help = "Avtalet läggs i registret, och introduktionen av utföraren börjar genast."
    roles = HANDLERS
    transition = "sign"
    primary = True
    form = SignForm
    signed_on: date
    signing: str
    chair: str
    company_signatory: str
    valid_from: date
    places: int
    operations_manager: str
    may_be_signed: bool = False
    valid_to: date | None = None
    file: UploadedFile | None = None

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.signed_on, act.day, "Dagen")
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

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        contract = self._contract(case, act)
        introduction = begin_residential(contract, act, case.awarded_on)
        case.sign(on=self.signed_on)
        official_note(case, act, f"Avtal {contract} tecknat {self.signed_on}.")
        tell_company(contract, act, f"{contract}: avtalet är tecknat")
        return {"contract": contract.number, "introduction": introduction.number}

    def _contract(self, case: Tender, act: Act) -> Contract:
        contract = Contract(
            state=Contract.State.IN_FORCE, title=f"{case.winner}, {case.home}",
            provider=case.winner, unit=case.unit, responsible=case.responsible, from_tender=case,
            table=Responsibility.Table.RESIDENTIAL,
            signed_on=self.signed_on, signing=self.signing, chair=self.chair,
            company_signatory=self.company_signatory,
        )  # fmt: skip
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

    def stated(self) -> dict[str, Any]:
        return {"signed_on": str(self.signed_on), "valid_from": str(self.valid_from),
                "valid_to": str(self.valid_to or ""), "signing": self.signing}  # fmt: skip


class CancelForm(CommandForm):
    why = forms.CharField(
        label="Skäl", widget=forms.Textarea, max_length=2000,
        help_text="Visas för alla om underlaget har annonserats.",
    )  # fmt: skip


class CancelTender(Command):
    """The tender ends without a contract, for a reason that everybody may read."""

    label: ClassVar[str] = "Avbryt upphandlingen"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    form = CancelForm
    why: str

    def apply(self, case: Any, act: Act) -> None:
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
