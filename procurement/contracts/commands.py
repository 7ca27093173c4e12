"""The verbs of a contract: what changes, who is reached, what is watched, and how it ends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet, Sum
from django.urls import reverse

from audit.act import Act
from cases import attachments, ledger, messages, preferences
from cases.actions import (
    HANDLERS,
    not_in_future,
    official_note,
    tell_company,
    tell_responsible,
)
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from cases.models import Attachment
from door import asked
from door.command import Kept
from door.refusals import Refused
from organisation.authority import actor_on, holders
from organisation.models import Provider, Unit, User
from organisation.roles import Role
from procurement.contracts import rules
from procurement.contracts.models import (
    ContactPerson,
    Contract,
    ContractVersion,
    Permit,
    ProviderChoice,
    PublicInformation,
)
from procurement.specifications.models import Assignment, ServiceArea, SpecificationVersion

State = Contract.State
ASSESSORS = frozenset({Role.SOCIAL_WORKER, Role.FIRST_SOCIAL_WORKER, Role.SECTION_HEAD})
HOLDING_ACCESS = (Role.VIVA_ADMINISTRATOR, Role.HSA_OFFICER, Role.IT_COORDINATOR)
"""Who takes back accounts, cards and equipment when a contract ends (INT-08)."""


@dataclass(frozen=True)
class Agreed:
    """What a version of a contract says."""

    valid_from: date
    valid_to: date | None
    assignment: str
    areas: Iterable[ServiceArea]
    capacity_ceiling_hours: int
    operations_manager: str
    reason: str = ""
    places: int | None = None


def add_version(contract: Contract, agreed: Agreed, act: Act) -> ContractVersion:
    """Write the contract's next version, and watch its last day. Raises Refused for wrong days."""
    if agreed.valid_to and agreed.valid_to < agreed.valid_from:
        raise Refused(
            f"Avtalet skulle sluta {long_date(agreed.valid_to)}, före det börjar "
            f"{long_date(agreed.valid_from)}. Rätta en av dagarna."
        )
    last = contract.versions.order_by("number").last()
    version = ContractVersion.objects.create(
        contract=contract,
        number=last.number + 1 if last else 1,
        valid_from=agreed.valid_from,
        valid_to=agreed.valid_to,
        assignment=agreed.assignment,
        capacity_ceiling_hours=agreed.capacity_ceiling_hours,
        operations_manager=agreed.operations_manager,
        reason=agreed.reason,
        places=agreed.places,
        **act.stamp,
    )
    version.areas.set(agreed.areas)
    ledger.cancel(contract, act.day, rules.CONTRACT_ENDS.code)
    if agreed.valid_to:
        ledger.start(
            contract,
            rules.CONTRACT_ENDS,
            agreed.valid_to,
            anchor_text=f"avtalet gäller till och med {long_date(agreed.valid_to)}",
        )
    return version


def open_own_unit(unit: Unit, name: str, table: str, agreed: Agreed, act: Act) -> Contract:
    """The municipality's own provider of home care, or own home, in the same form as a company's
    contract (FUP-02)."""
    provider, _ = Provider.objects.get_or_create(
        kind=Provider.Kind.IN_HOUSE, name=name, defaults={"unit": unit}
    )
    contract = Contract(
        state=State.IN_FORCE,
        title=name,
        provider=provider,
        unit=unit,
        specification=SpecificationVersion.objects.in_force(act.day),
        signed_on=agreed.valid_from,
        signing=Contract.Signing.INTERNAL,
        table=table,
    )
    open_case(contract, act, name="open_own_unit")
    give_number(contract, act.day)
    contract.save()
    add_version(contract, agreed, act)
    return contract


class ChangeForm(CaseForm[Contract]):
    """It shows what holds now, and asks for what a contract of its kind says."""

    def prepare(self) -> None:
        now = self.case.latest_version()
        self.fields["areas"].initial = now.areas.all()
        for name in (
            "valid_to",
            "assignment",
            "capacity_ceiling_hours",
            "places",
            "operations_manager",
        ):
            self.fields[name].initial = getattr(now, name)
        of_home_care, of_a_home = ("assignment", "areas", "capacity_ceiling_hours"), ("places",)
        for name in of_home_care + of_a_home:
            self.fields[name].required = True
        for name in of_home_care if self.case.is_residential else of_a_home:
            del self.fields[name]


class ChangeContract(CaseCommand[Contract]):
    """The parties agree on something new from a day on: a new version, the earlier ones stay."""

    label = "Ändra avtalet"
    roles = HANDLERS
    form = ChangeForm
    valid_from: date = asked.day("Ändringen gäller från", first=asked.today)
    valid_to: date | None = asked.day(
        "Avtalet gäller till", default=None, help_text="Lämna tomt för tills vidare."
    )
    assignment: str = asked.choice(
        "Uppdrag", Assignment.choices, default="", widget=forms.RadioSelect
    )
    areas: Iterable[ServiceArea] = asked.some_of(
        "Områden", lambda form: ServiceArea.objects.all(), default=()
    )
    capacity_ceiling_hours: int = asked.number(
        "Kapacitetstak, timmar per månad", default=0, least=1, most=100_000
    )
    places: int | None = asked.number("Platser", default=None, least=1, most=1000)
    operations_manager: str = asked.line("Verksamhetsansvarig", max_length=120)
    reason: str = asked.line("Vad som ändras och varför")
    file: UploadedFile | None = asked.file("Undertecknat tillägg", default=None)

    def check(self, case: Contract, act: Act) -> None:
        first = case.first_version().valid_from
        if self.valid_from < first:
            raise Refused(f"Avtalet började {long_date(first)}. Välj den dagen eller senare.")

    def apply(self, case: Contract, act: Act) -> Kept:
        agreed = Agreed(
            self.valid_from,
            self.valid_to,
            self.assignment,
            self.areas,
            self.capacity_ceiling_hours,
            self.operations_manager,
            self.reason,
            self.places,
        )
        version = add_version(case, agreed, act)
        if self.file:
            _receive(case, self.file, act)
        official_note(case, act, f"Avtalet ändrat från {self.valid_from}: {self.reason}")
        tell_company(case, act, f"{case}: avtalet är ändrat från {long_date(self.valid_from)}")
        return {"version": version.number}


class ReportManager(CaseCommand[Contract]):
    """A change of operations manager is reported, by the company or by staff for it."""

    label = "Anmäl ny verksamhetsansvarig"
    roles = HANDLERS
    by_company = True
    help = "Tillståndet från IVO gäller den som står i det: anmäl bytet även dit, inom en månad."
    name: str = asked.line("Ny verksamhetsansvarig", max_length=120)
    from_day: date = asked.day("Från och med", first=asked.today)
    competence: str = asked.text(
        "Utbildning och erfarenhet",
        max_length=1000,
        help_text="Lägg också till meritförteckningen som bilaga.",
    )

    def apply(self, case: Contract, act: Act) -> Kept:
        now = case.latest_version()
        agreed = Agreed(
            max(self.from_day, now.valid_from),
            now.valid_to,
            now.assignment,
            now.areas.all(),
            now.capacity_ceiling_hours,
            self.name,
            "Ny verksamhetsansvarig",
            now.places,
        )
        version = add_version(case, agreed, act)
        official_note(
            case,
            act,
            f"Ny verksamhetsansvarig från {self.from_day}: {self.name}. {self.competence}",
        )
        tell_responsible(case, act, f"{case}: ny verksamhetsansvarig är anmäld")
        return {"version": version.number}


class ContactForm(CaseForm[Contract]):
    """There is some way to reach the person."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("mail") and not data.get("phone"):
            raise ValidationError("Skriv e-post eller telefon, så att personen går att nå.")
        return data


class AddContact(CaseCommand[Contract]):
    """Somebody to reach at the provider."""

    label = "Lägg till kontakt"
    roles = HANDLERS
    by_company = True
    form = ContactForm
    name: str = asked.line("Namn", max_length=120)
    title: str = asked.line("Befattning", max_length=80)
    mail: str = asked.mail("E-post", default="")
    phone: str = asked.line("Telefon", max_length=40, default="")

    def apply(self, case: Contract, act: Act) -> Kept:
        row = ContactPerson.objects.create(
            contract=case,
            name=self.name,
            title=self.title,
            mail=self.mail,
            phone=self.phone,
            **act.stamp,
        )
        return {"contact": row.pk}


def contacts_now(form: CaseForm[Contract]) -> QuerySet[ContactPerson]:
    """Those to reach at the provider now."""
    return form.case.contacts.filter(ended_on=None)


class EndContact(CaseCommand[Contract]):
    """A contact is no longer the one to reach."""

    label = "Ta bort kontakt"
    roles = HANDLERS
    by_company = True
    contact: ContactPerson = asked.one_of("Kontakt", contacts_now)

    @classmethod
    def fits(cls, case: Contract) -> bool:
        return super().fits(case) and case.contacts.filter(ended_on=None).exists()

    def check(self, case: Contract, act: Act) -> None:
        if self.contact.contract_id != case.pk:
            raise Refused("Kontakten hör till ett annat avtal. Ladda om sidan och välj igen.")

    def apply(self, case: Contract, act: Act) -> None:
        self.contact.ended_on = act.day
        self.contact.save(update_fields=["ended_on"])


class PermitForm(CaseForm[Contract]):
    """The company shows the document itself."""

    def prepare(self) -> None:
        if self.actor.is_outside:
            self.fields["file"].required = True


class AddPermit(CaseCommand[Contract]):
    """A permit, an insurance or a certificate; a newer one of the kind takes over the watch."""

    label = "Lägg till tillstånd eller intyg"
    roles = HANDLERS
    by_company = True
    form = PermitForm
    kind: str = asked.choice("Slag", Permit.Kind.choices, widget=forms.RadioSelect)
    reference: str = asked.line(
        "Beteckning", max_length=80, help_text="Till exempel beslutets eller brevets nummer."
    )
    valid_from: date = asked.day("Gäller från", back=40)
    valid_to: date | None = asked.day(
        "Gäller till",
        default=None,
        help_text="Lämna tomt om det gäller tills vidare, som tillståndet från IVO.",
    )
    file: UploadedFile | None = asked.file("Handlingen", default=None)

    def check(self, case: Contract, act: Act) -> None:
        not_in_future(self.valid_from, act.day, "Första dagen")
        if self.valid_to and self.valid_to < self.valid_from:
            raise Refused("Sista dagen ligger före den första. Rätta en av dem.")
        if self.valid_to and self.valid_to < act.day:
            raise Refused(
                f"Handlingen gick ut {long_date(self.valid_to)}. Lägg in den som gäller nu."
            )

    def apply(self, case: Contract, act: Act) -> Kept:
        evidence = _receive(case, self.file, act) if self.file else None
        earlier = list(case.current_permits().filter(kind=self.kind))
        row = Permit.objects.create(
            contract=case,
            kind=self.kind,
            reference=self.reference,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            evidence=evidence,
            **act.stamp,
        )
        if self.kind != Permit.Kind.OTHER:
            for before in earlier:
                before.replaced_by = row
                before.save(update_fields=["replaced_by"])
                ledger.meet(
                    case, rules.EXPIRY.code, act.day, "Förnyat", about=f"permit:{before.pk}"
                )
        if self.valid_to:
            ledger.start(
                case,
                rules.EXPIRY,
                self.valid_to,
                what=str(row.get_kind_display()),
                about=f"permit:{row.pk}",
                anchor_text=row.reference,
            )
        if act.user and actor_on(act.user, act.day).is_outside:
            tell_responsible(case, act, f"{case}: {row.get_kind_display()} har kommit in")
        return {"permit": row.pk}


class InformationForm(CaseForm[Contract]):
    """It shows the latest text, to go on from."""

    def prepare(self) -> None:
        latest = self.case.information.last()
        for name in self.fields if latest else ():
            self.fields[name].initial = getattr(latest, name)


class WriteInformation(CaseCommand[Contract]):
    """What those who choose are told; published when the administration has read it (BEY-01)."""

    label = "Skriv information till den som väljer"
    roles = HANDLERS
    by_company = True
    form = InformationForm
    presentation: str = asked.text(
        "Om verksamheten",
        max_length=600,
        help_text="Sakligt: vad ni gör och hur ni arbetar. Inga jämförelser med andra.",
    )
    hours: str = asked.line("Tider", max_length=120, help_text="Till exempel: alla dagar 7–22")
    languages: str = asked.line("Språk", max_length=160)
    extra_services: str = asked.line("Tilläggstjänster", default="")
    phone: str = asked.line("Telefon", max_length=40)
    mail: str = asked.mail("E-post")

    def apply(self, case: Contract, act: Act) -> Kept:
        row = PublicInformation.objects.create(
            contract=case,
            presentation=self.presentation,
            hours=self.hours,
            languages=self.languages,
            extra_services=self.extra_services,
            phone=self.phone,
            mail=self.mail,
            **act.stamp,
        )
        tell_responsible(case, act, f"{case}: information till den som väljer väntar på granskning")
        return {"information": row.pk}


class PublishInformation(CaseCommand[Contract]):
    """The latest text is factual and comparable, and is shown to those who choose (LOV 9:1)."""

    label = "Publicera informationen"
    roles = HANDLERS

    @classmethod
    def fits(cls, case: Contract) -> bool:
        latest = case.information.last()
        return super().fits(case) and latest is not None and latest.published_on is None

    def apply(self, case: Contract, act: Act) -> None:
        latest = case.information.latest("pk")
        latest.published_on = act.day
        latest.save(update_fields=["published_on"])
        tell_company(case, act, f"{case}: er information till den som väljer är publicerad")


class RegisterChoice(CaseCommand[Contract]):
    """A person has chosen the provider: taken, queued or refused with the reason (BEY-02)."""

    label = "Registrera val av utföraren"
    roles = ASSESSORS | HANDLERS
    reference: str = asked.line(
        "Ärendets nummer i Viva", max_length=40, help_text="Skriv inga namn eller personnummer."
    )
    area: ServiceArea = asked.one_of("Område", lambda form: ServiceArea.objects.all())
    hours: int = asked.number("Timmar per månad", least=1, most=750)
    wanted_from: date = asked.day("Önskas från", first=asked.today, logged=False)

    @classmethod
    def fits(cls, case: Contract) -> bool:
        return super().fits(case) and not case.is_residential

    def check(self, case: Contract, act: Act) -> None:
        standing = ProviderChoice.objects.filter(reference=self.reference, ends_on=None).exclude(
            outcome=ProviderChoice.Outcome.REFUSED
        )
        if found := standing.select_related("contract").first():
            raise Refused(
                f"{self.reference} har redan valt {found.contract.title}. Registrera bytet där "
                "först, med ”Avsluta val”."
            )
        if case.version_on(max(self.wanted_from, act.day)) is None:
            raise Refused("Avtalet gäller inte den dagen. Välj en senare dag.")

    def apply(self, case: Contract, act: Act) -> Kept:
        answer = answer_to(case, self.area, self.hours, self.wanted_from)
        row = ProviderChoice.objects.create(
            contract=case,
            reference=self.reference,
            area=self.area,
            hours=self.hours,
            wanted_from=self.wanted_from,
            outcome=answer.outcome,
            reason=answer.reason,
            starts_on=answer.starts_on,
            **act.stamp,
        )
        if answer.outcome == ProviderChoice.Outcome.ACCEPTED:
            tell_company(case, act, f"{case}: en person har valt er, från {row.starts_on}")
        return {"choice": row.pk, "outcome": answer.outcome}


def taken_hours() -> dict[int, int]:
    """Hours a month that each provider has accepted and not been left by, by the contract's key."""
    accepted = ProviderChoice.objects.filter(outcome=ProviderChoice.Outcome.ACCEPTED, ends_on=None)
    return dict(accepted.order_by().values_list("contract").annotate(Sum("hours")))


def answer_to(contract: Contract, area: ServiceArea, hours: int, wanted: date) -> rules.Answer:
    """What becomes of a choice of the provider from a day on."""
    version = contract.version_on(wanted) or contract.latest_version()
    introduction = getattr(contract, "introduced_by", None)
    return rules.answer(
        area=area.name,
        areas=[row.name for row in version.areas.all()],
        ceiling=version.capacity_ceiling_hours,
        taken=taken_hours().get(contract.pk, 0),
        hours=hours,
        wanted_from=wanted,
        stopped=stop_of(contract),
        first_day=introduction.may_start_on if introduction else version.valid_from,
    )


def stop_of(contract: Contract) -> str:
    """Why the provider may take nobody new, or nothing."""
    introduction = getattr(contract, "introduced_by", None)
    if introduction and introduction.may_start_on is None:
        return "introduktionen är inte klar."
    if stop := next((row for row in contract.stops.all() if row.lifted_on is None), None):
        return f"stopp sedan {long_date(stop.from_on)}. {stop.reason}"
    return ""


def standing_choices(form: CaseForm[Contract]) -> QuerySet[ProviderChoice]:
    """The choices of the provider that hold or wait."""
    refused = ProviderChoice.Outcome.REFUSED
    return form.case.choices.filter(ends_on=None).exclude(outcome=refused)


class EndChoice(CaseCommand[Contract]):
    """A person leaves the provider, with the municipality's notice; the queue moves up (BEY-02)."""

    label = "Avsluta val"
    roles = ASSESSORS | HANDLERS
    choice: ProviderChoice = asked.one_of("Val", standing_choices)
    told_on: date = asked.day("Sagt till den", first=asked.today)

    @classmethod
    def fits(cls, case: Contract) -> bool:
        return case.choices.filter(ends_on=None).exists()

    def check(self, case: Contract, act: Act) -> None:
        if self.choice.contract_id != case.pk or self.choice.ends_on:
            raise Refused("Valet hör inte hit eller är redan avslutat. Ladda om sidan.")
        not_in_future(self.told_on, act.day, "Dagen")

    def apply(self, case: Contract, act: Act) -> Kept:
        notice = preferences.chosen("provider_change_days")
        self.choice.ends_on = rules.leaves_on(self.told_on, notice)
        self.choice.save(update_fields=["ends_on"])
        moved = _move_queue(case, act)
        tell_company(case, act, f"{case}: en person lämnar er {self.choice.ends_on}")
        return {"ends_on": str(self.choice.ends_on), "moved_up": moved}


def _move_queue(contract: Contract, act: Act) -> list[int]:
    """Take those of the queue that there is room for now, first come first served."""
    moved = []
    for row in contract.choices.filter(outcome="queued", ends_on=None).order_by("pk"):
        answer = answer_to(contract, row.area, row.hours, max(row.wanted_from, act.day))
        if answer.outcome != ProviderChoice.Outcome.ACCEPTED:
            break
        row.outcome, row.starts_on, row.reason = answer.outcome, answer.starts_on, ""
        row.save()
        moved.append(row.pk)
        assessors = [row.recorded_by]
        messages.notify(assessors, contract, f"{contract}: plats för {row.reference}", act.at)
    return moved


class EndContract(CaseCommand[Contract]):
    """The contract ends by notice or because its time is out; what is left is taken back (INT-08)."""

    label = "Avsluta avtalet"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "end"
    last_day: date = asked.day("Sista dag")
    why: str = asked.line(
        "Skäl",
        help_text="Till exempel: utföraren har sagt upp avtalet. Hävning beslutas i den fördjupade "
        "uppföljningen.",
        logged=True,
    )

    def check(self, case: Contract, act: Act) -> None:
        first = case.first_version().valid_from
        if self.last_day < first:
            raise Refused(f"Avtalet började {long_date(first)} och kan inte sluta före det.")

    def apply(self, case: Contract, act: Act) -> None:
        finish(case, self.last_day, act, self.why)


def finish(contract: Contract, last_day: date, act: Act, why: str) -> None:
    """End a contract in the caller's command: nothing is watched any more, access is taken back."""
    contract.end(on=last_day)
    ledger.cancel(contract, act.day)
    official_note(contract, act, f"Avtalet upphör {last_day}. {why}")
    tell_company(contract, act, f"{contract}: avtalet upphör {long_date(last_day)}")
    people: list[User] = [
        user for role in HOLDING_ACCESS for user in holders(role, contract.unit.path, act.day)
    ]
    text = (
        f"{contract}: avtalet upphör {long_date(last_day)}. "
        "Ta tillbaka konton, kort och utrustning senast den dagen"
    )
    where = reverse("introductions:withdrawal", args=[contract.pk])
    messages.notify(people, contract, text, act.at, leads_to=where)


def _receive(case: Contract, upload: UploadedFile, act: Act) -> Attachment:
    try:
        return attachments.receive(case, upload, act.user, act.at)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


COMMANDS = (
    ChangeContract,
    ReportManager,
    AddPermit,
    AddContact,
    EndContact,
    WriteInformation,
    PublishInformation,
    RegisterChoice,
    EndChoice,
    EndContract,
)
