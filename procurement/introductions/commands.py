"""The verbs of an introduction, in the order of the routine. INT-01 to INT-08, CAP-12."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils import timezone

from audit.act import Act
from cases import attachments, documents, flows, ledger, messages, preferences
from cases.actions import HANDLERS, not_in_future, official_note, tell_company
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from cases.deadlines import Budget
from cases.models import Case
from door import asked, entry
from door.command import Kept
from door.fields import field_of
from door.refusals import Missing, Refused
from organisation import swedish
from organisation.authority import holders
from organisation.models import User
from organisation.roles import Role
from procurement.contracts.commands import Agreed, add_version
from procurement.contracts.models import Contract
from procurement.introductions import guards, rules
from procurement.introductions.models import (
    AccessOrder,
    Introduction,
    ProgrammeStep,
    ProgrammeTemplate,
)
from procurement.specifications.models import ServiceArea

State = Introduction.State
Stage = ProgrammeStep.Stage
STAFF = HANDLERS | {Role.FIRST_SOCIAL_WORKER, Role.SECTION_HEAD}
HOLDING_STEPS = Introduction.reader_roles - {Role.REGISTRAR}
"""Who records a step: the professions that hold them."""
ORDERING: dict[str, frozenset[str]] = {
    AccessOrder.What.VIVA: frozenset({Role.VIVA_ADMINISTRATOR}),
    AccessOrder.What.HSA: frozenset({Role.HSA_OFFICER, Role.ARCHIVIST}),
    AccessOrder.What.SITHS: frozenset({Role.HSA_OFFICER, Role.ARCHIVIST}),
    AccessOrder.What.EQUIPMENT: frozenset({Role.IT_COORDINATOR}),
}
"""The co-responsible of the matrix's rows, beside the deputy director who answers for each."""
ANSWERS_FOR_ACCESS = frozenset({Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
ALL_ORDERING = ANSWERS_FOR_ACCESS | frozenset().union(*ORDERING.values())


def begin(application: Case, act: Act, decided_on: date, *, service_only: bool) -> Introduction:
    """Start the introduction of a company that was approved, in the caller's command (INT-07)."""
    template = ProgrammeTemplate.objects.in_force(ProgrammeTemplate.Kind.HOME_CARE)
    introduction = Introduction(
        state=State.BEFORE_CONTRACT,
        title=application.title,
        provider=application.provider,
        unit=application.unit,
        responsible=application.responsible,
        application_id=application.pk,
        template=template,
        decided_on=decided_on,
    )
    open_case(introduction, act, name="begin_introduction")
    give_number(introduction, act.day)
    introduction.save()
    _copy_steps(introduction, template, service_only=service_only)
    since = "nämnden beslutade"
    ledger.start(introduction, rules.MEETING, decided_on, anchor_text=since)
    ledger.start(introduction, rules.SIGNING, decided_on, anchor_text=since)
    weeks = Budget(weeks=preferences.chosen("introduction_weeks"))
    ledger.start(introduction, rules.PROGRAMME, decided_on, budget=weeks, anchor_text=since)
    flows.start(introduction, act.day)
    _tell_of_start(introduction, act)
    return introduction


def begin_residential(contract: Contract, act: Act, decided_on: date) -> Introduction:
    """Start the introduction of a provider of residential care, whose contract was signed in the
    caller's command (INT-06, INT-07)."""
    template = ProgrammeTemplate.objects.in_force(ProgrammeTemplate.Kind.RESIDENTIAL)
    introduction = Introduction(
        state=State.PROGRAMME,
        title=contract.title,
        provider=contract.provider,
        unit=contract.unit,
        responsible=contract.responsible,
        signed_contract=contract,
        template=template,
        decided_on=decided_on,
    )
    open_case(introduction, act, name="begin_introduction")
    give_number(introduction, act.day)
    introduction.save()
    _copy_steps(introduction, template)
    weeks = Budget(weeks=preferences.chosen("introduction_weeks"))
    ledger.start(
        introduction,
        rules.PROGRAMME,
        contract.signed_on,
        budget=weeks,
        anchor_text="avtalet tecknades",
    )
    flows.start(introduction, act.day)
    _tell_of_start(introduction, act)
    return introduction


def _tell_of_start(introduction: Introduction, act: Act) -> None:
    leaders = holders(Role.DEPUTY_DIRECTOR, introduction.unit.path, act.day)
    messages.notify(
        [person for person in (introduction.responsible, *leaders) if person],
        introduction,
        f"{introduction}: introduktionen har börjat",
        act.at,
    )


def _copy_steps(introduction: Introduction, template: Any, *, service_only: bool = False) -> None:
    ProgrammeStep.objects.bulk_create(
        ProgrammeStep(
            introduction=introduction,
            **{
                name: getattr(step, name)
                for name in (
                    "order",
                    "title",
                    "stage",
                    "blocking",
                    "responsible_role",
                    "participants",
                    "agenda",
                )
            },
        )
        for step in template.steps.all()
        if not (step.personal_care_only and service_only)
    )


def waiting_steps(form: CaseForm[Introduction]) -> QuerySet[ProgrammeStep]:
    """The steps that may be booked, recorded or left out."""
    return form.case.waiting_steps().exclude(stage=Stage.SIGNING)


def title_of(step: ProgrammeStep) -> str:
    """What the log keeps of a step."""
    return step.title


class BookStep(CaseCommand[Introduction]):
    """Book a step; those who take part are told, and find it as a calendar file."""

    label = "Boka moment"
    roles = HOLDING_STEPS
    step: ProgrammeStep = asked.one_of("Moment", waiting_steps, logged=title_of, subject=True)
    day_of_meeting: date = asked.day("Dag")
    time_of_meeting: time = asked.time("Klockan", help_text="Till exempel 13.00")
    place: str = asked.line("Plats", max_length=120, logged=True)

    def check(self, case: Introduction, act: Act) -> None:
        _waiting(self.step, case)
        if self.day_of_meeting < act.day:
            raise Refused(f"{long_date(self.day_of_meeting)} har passerat. Välj en kommande dag.")

    def apply(self, case: Introduction, act: Act) -> Kept:
        step = self.step
        at = datetime.combine(self.day_of_meeting, self.time_of_meeting)
        step.booked_at, step.place = timezone.make_aware(at), self.place
        step.save()
        told = invited(case, step, act.day)
        when = f"{long_date(self.day_of_meeting)} klockan {self.time_of_meeting:%H.%M}"
        messages.notify(told, case, f"{case}: {step.title} {when}", act.at)
        tell_company(case, act, f"{case}: {step.title} är bokat, {when}")
        return {"told": [user.pk for user in told]}


def invited(case: Introduction, step: ProgrammeStep, day: date) -> list[User]:
    """The municipality's people among those who take part in a step."""
    titles = {str(role.label): role for role in Role}
    people = [
        user
        for title in step.expected
        if title in titles
        for user in holders(titles[title], case.unit.path, day)
    ]
    return list({user.pk: user for user in people}.values())


class RecordForm(CaseForm[Introduction]):
    """What took part and what was gone through, as the step's programme says it."""

    def chosen(self) -> ProgrammeStep | None:
        """The step that the page was opened for, or that was sent."""
        wanted = self.data.get("step") if self.is_bound else self.about
        return self.offered("step").filter(pk=entry.whole_number(str(wanted or ""))).first()

    def prepare(self) -> None:
        step = self.chosen()
        rows = [step] if step else list(self.offered("step"))
        titles = list(dict.fromkeys(title for row in rows for title in row.expected))
        attended = field_of(self, "attended", forms.MultipleChoiceField)
        attended.choices = [(title, title) for title in titles]
        if step and not self.is_bound:
            self.initial["note"] = "\n".join(f"{point}: " for point in step.points)


class RecordStep(CaseCommand[Introduction]):
    """A step has been held: who took part, what was gone through, and the evidence (CAP-12)."""

    label = "Registrera moment"
    roles = HOLDING_STEPS
    form = RecordForm
    step: ProgrammeStep = asked.one_of("Moment", waiting_steps, logged=title_of, subject=True)
    done_on: date = asked.day("Genomfört den", first=asked.today)
    attended: Sequence[str] = asked.choices("Deltog", (), default=())
    note: str = asked.text(
        "Vad som gicks igenom", help_text="Skriv inga uppgifter om enskilda personers hälsa här."
    )
    file: UploadedFile | None = asked.file(
        "Underlag",
        default=None,
        help_text="Till exempel närvarolista eller undertecknad checklista.",
    )

    def check(self, case: Introduction, act: Act) -> None:
        _waiting(self.step, case)
        not_in_future(self.done_on, act.day, "Dagen")
        if self.done_on < case.decided_on:
            raise Refused(
                f"Introduktionen började {long_date(case.decided_on)}. Momentet kan inte ha "
                "hållits tidigare."
            )
        gone = rules.absent(self.step.expected, list(self.attended))
        if self.step.blocking and gone:
            raise Refused(
                f"{', '.join(gone)} deltog inte. Momentet måste hållas med alla innan utföraren "
                "får börja. Boka ett nytt möte, eller utelämna momentet med skäl."
            )

    def apply(self, case: Introduction, act: Act) -> Kept:
        step = self.step
        step.done_on, step.note, step.recorded_by = self.done_on, self.note, act.user
        step.attended = [title for title in step.expected if title in self.attended]
        if self.file:
            try:
                step.evidence = attachments.receive(case, self.file, act.user, act.at)
            except ValidationError as error:
                raise Refused(" ".join(error.messages)) from error
        step.save()
        if step.stage == Stage.BEFORE_CONTRACT and not guards.meeting(case, act.day):
            ledger.meet(case, rules.MEETING.code, self.done_on, "Hållet")
            official_note(case, act, f"{step.title} hölls {self.done_on}.")
        return {"evidence": step.evidence_id}


class LeaveOutStep(CaseCommand[Introduction]):
    """The programme is adapted: a step is left out, with a reason (INT-01)."""

    label = "Utelämna moment"
    roles = HANDLERS
    step: ProgrammeStep = asked.one_of("Moment", waiting_steps, logged=title_of, subject=True)
    why: str = asked.line(
        "Skäl",
        help_text="Till exempel: ledningen driver redan hemtjänst i kommunen.",
        logged=True,
    )

    def check(self, case: Introduction, act: Act) -> None:
        _waiting(self.step, case)
        if not self.why.strip():
            raise Refused("Skriv varför momentet utelämnas.")
        if self.step.stage != Stage.PROGRAMME:
            raise Refused("Mötet och avtalet kan inte utelämnas.")

    def apply(self, case: Introduction, act: Act) -> None:
        step = self.step
        step.left_out_on, step.left_out_reason, step.recorded_by = act.day, self.why, act.user
        step.save()


class AddStep(CaseCommand[Introduction]):
    """The programme is adapted: a step is added (INT-01)."""

    label = "Lägg till moment"
    roles = HANDLERS
    title: str = asked.line("Moment", max_length=160, logged=True)
    responsible_role: str = asked.choice(
        "Ansvarig", Role.choices, first=Role.DEVELOPMENT_STRATEGIST
    )
    participants: str = asked.text(
        "Deltagare", default="", max_length=None, help_text="En på varje rad."
    )
    agenda: str = asked.text("Punkter", default="", max_length=None, help_text="En på varje rad.")
    blocking: bool = asked.yes("Måste vara klart innan utföraren får börja")

    def apply(self, case: Introduction, act: Act) -> None:
        last = case.steps.order_by("order").last()
        ProgrammeStep.objects.create(
            introduction=case,
            order=last.order + 1 if last else 1,
            title=self.title,
            responsible_role=self.responsible_role,
            participants=self.participants,
            agenda=self.agenda,
            blocking=self.blocking,
        )


def contact_people(form: CaseForm[Introduction]) -> QuerySet[User]:
    """Those at the municipality who may be a provider's contact person."""
    people = [
        user.pk
        for role in (Role.DEVELOPMENT_STRATEGIST, Role.DEPUTY_DIRECTOR)
        for user in holders(role, form.case.unit.path, form.day)
    ]
    return User.objects.filter(pk__in=people)


class NameContactPerson(CaseCommand[Introduction]):
    """The provider's named contact person at the municipality (INT-08)."""

    label = "Utse kontaktperson"
    roles = HANDLERS
    person: User = asked.one_of(
        "Kontaktperson", contact_people, first=lambda form: form.case.responsible_id
    )

    def apply(self, case: Introduction, act: Act) -> None:
        case.contact_person = self.person
        messages.notify([self.person], case, f"{case}: du är kontaktperson", act.at)
        tell_company(case, act, f"{case}: er kontaktperson är {self.person}")


class SignForm(CaseForm[Introduction]):
    """The application says what is agreed, and the routine when to sign."""

    def prepare(self) -> None:
        application = self.case.application
        assert application  # a home of a tender, which has none, is not signed for here
        chairs = holders(Role.COMMITTEE_CHAIR, self.case.unit.path, self.day)
        self.fields["chair"].initial = chairs[0].name if chairs else ""
        self.fields["company_signatory"].initial = application.contact_name
        self.fields["areas"].initial = application.areas.all()
        for name in ("capacity_ceiling_hours", "operations_manager"):
            self.fields[name].initial = getattr(application, name)
        final = rules.final_on(self.case.decided_on)
        if preferences.chosen("signing_waits") == "warn" and self.day < final:
            self.fields["signed_on"].help_text = (
                f"Rutinen: bevaka att beslutet är slutligt, {long_date(final)}. Lagen säger att "
                "avtal tecknas utan dröjsmål (LOV 8 kap. 3 §) och har ingen avtalsspärr."
            )


class SignContract(CaseCommand[Introduction]):
    """The contract is signed with the committee's chair, and stands in the register (INT-03)."""

    label = "Teckna avtal"
    roles = HANDLERS
    transition = "sign"
    primary = True
    form = SignForm
    signed_on: date = asked.day("Tecknat den", first=asked.today)
    signing: str = asked.choice("Sätt", Contract.Signing.choices[:2], widget=forms.RadioSelect)
    chair: str = asked.line("Socialnämndens ordförande", max_length=120)
    company_signatory: str = asked.line("Firmatecknare för företaget", max_length=120)
    valid_from: date = asked.day("Gäller från", first=asked.today)
    valid_to: date | None = asked.day(
        "Gäller till", default=None, help_text="Lämna tomt om avtalet gäller tills vidare."
    )
    areas: Iterable[ServiceArea] = asked.some_of("Områden", lambda form: ServiceArea.objects.all())
    capacity_ceiling_hours: int = asked.number(
        "Kapacitetstak, timmar per månad", least=1, most=100_000
    )
    operations_manager: str = asked.line("Verksamhetsansvarig", max_length=120)
    file: UploadedFile | None = asked.file("Undertecknat avtal", default=None)

    @classmethod
    def missing(cls, case: Introduction, day: date) -> list[Missing]:
        return guards.signing(case, day)

    def check(self, case: Introduction, act: Act) -> None:
        not_in_future(self.signed_on, act.day, "Dagen")
        if self.signed_on < case.decided_on:
            raise Refused(
                f"Nämnden beslutade {long_date(case.decided_on)}. Avtalet kan tecknas tidigast då."
            )
        if self.valid_from < self.signed_on:
            raise Refused("Avtalet kan inte gälla innan det är tecknat.")

    def apply(self, case: Introduction, act: Act) -> Kept:
        contract = self._contract(case, act)
        case.sign(contract=contract)
        signing = case.steps.filter(stage=Stage.SIGNING)
        signing.update(
            done_on=self.signed_on,
            recorded_by=act.user,
            note=f"{self.chair} och {self.company_signatory}",
        )
        ledger.meet(case, rules.SIGNING.code, self.signed_on, "Tecknat")
        official_note(case, act, f"Avtal {contract} tecknat {self.signed_on}.")
        tell_company(case, act, f"{case}: avtalet är tecknat")
        return {"contract": contract.number}

    def _contract(self, case: Introduction, act: Act) -> Contract:
        application = case.application
        assert application  # as in the form
        contract = Contract(
            state=Contract.State.IN_FORCE,
            title=case.title,
            provider=case.provider,
            unit=case.unit,
            responsible=case.contact_person,
            specification=application.specification,
            signed_on=self.signed_on,
            signing=self.signing,
            chair=self.chair,
            company_signatory=self.company_signatory,
        )
        open_case(contract, act, name="sign")
        give_number(contract, act.day)
        contract.save()
        agreed = Agreed(
            self.valid_from,
            self.valid_to,
            application.assignment,
            self.areas,
            self.capacity_ceiling_hours,
            self.operations_manager,
        )
        add_version(contract, agreed, act)
        if self.file:
            attachments.receive(contract, self.file, act.user, act.at)
        return contract


def first_day(form: CaseForm[Introduction]) -> date:
    """Today, or the contract's first day if that is to come."""
    version = form.case.signed_contract.versions.last() if form.case.signed_contract else None
    return max(form.day, version.valid_from if version else form.day)


class LetStart(CaseCommand[Introduction]):
    """What blocks is done: the provider may take persons from a day on (CAP-12)."""

    label = "Låt utföraren börja"
    roles = HANDLERS
    primary = True
    may_start_on: date = asked.day("Får ta emot personer från", first=first_day)

    @classmethod
    def fits(cls, case: Introduction) -> bool:
        return case.state == State.PROGRAMME and case.may_start_on is None

    @classmethod
    def missing(cls, case: Introduction, day: date) -> list[Missing]:
        return guards.may_start(case, day)

    def check(self, case: Introduction, act: Act) -> None:
        assert case.signed_contract  # the programme begins with it
        first = case.signed_contract.first_version().valid_from
        if self.may_start_on < first:
            raise Refused(f"Avtalet gäller från {long_date(first)}. Välj den dagen eller senare.")

    def apply(self, case: Introduction, act: Act) -> None:
        case.may_start_on = self.may_start_on
        official_note(case, act, f"Utföraren får ta emot personer från {self.may_start_on}.")
        tell_company(
            case, act, f"{case}: ni får ta emot personer från {long_date(self.may_start_on)}"
        )


class OrderAccess(CaseCommand[Introduction]):
    """An account, a card or equipment is ordered, by the role of the matrix's row (INT-08)."""

    label = "Beställ konto, kort eller utrustning"
    roles = ALL_ORDERING
    what: str = asked.choice("Vad", AccessOrder.What.choices, widget=forms.RadioSelect)
    holder: str = asked.line("För vem", max_length=120)
    ordered_on: date = asked.day("Beställt den", first=asked.today)

    def check(self, case: Introduction, act: Act) -> None:
        not_in_future(self.ordered_on, act.day, "Beställningen")
        _may_handle(self.what, case, act)

    def apply(self, case: Introduction, act: Act) -> Kept:
        row = AccessOrder.objects.create(
            introduction=case,
            what=self.what,
            holder=self.holder,
            ordered_on=self.ordered_on,
            **act.stamp,
        )
        return {"order": row.pk}


class ReceiveAccess(CaseCommand[Introduction]):
    """What was ordered has come to the provider (INT-08)."""

    label = "Registrera mottaget"
    roles = ALL_ORDERING
    order: AccessOrder = asked.one_of(
        "Vad",
        lambda form: form.case.access.filter(received_on=None, withdrawn_on=None),
        subject=True,
    )
    on: date = asked.day("Dag", first=asked.today)

    @classmethod
    def fits(cls, case: Introduction) -> bool:
        return super().fits(case) and case.access.filter(received_on=None).exists()

    def check(self, case: Introduction, act: Act) -> None:
        _of_case(self.order, case)
        not_in_future(self.on, act.day, "Dagen")
        _may_handle(self.order.what, case, act)
        if self.on < self.order.ordered_on:
            raise Refused(f"Det beställdes {long_date(self.order.ordered_on)}.")

    def apply(self, case: Introduction, act: Act) -> None:
        self.order.received_on = self.on
        self.order.save()


class WithdrawAccess(ReceiveAccess):
    """The account is closed, the card or equipment is back (INT-08)."""

    label = "Registrera återlämnat"
    on_closed = True
    order: AccessOrder = asked.one_of(
        "Vad", lambda form: form.case.access.filter(withdrawn_on=None), subject=True
    )

    @classmethod
    def fits(cls, case: Introduction) -> bool:
        return case.access.filter(withdrawn_on=None).exists()

    def apply(self, case: Introduction, act: Act) -> None:
        self.order.withdrawn_on = self.on
        self.order.save()


class FinishIntroduction(CaseCommand[Introduction]):
    """Everything is done or left out with a reason; the record of the introduction is made."""

    label = "Avsluta introduktionen"
    roles = HANDLERS
    transition = "finish"
    primary = True

    @classmethod
    def missing(cls, case: Introduction, day: date) -> list[Missing]:
        return guards.everything(case, day)

    @classmethod
    def fits(cls, case: Introduction) -> bool:
        return super().fits(case) and case.may_start_on is not None

    def apply(self, case: Introduction, act: Act) -> Kept:
        case.finish(on=act.day)
        ledger.meet(case, rules.PROGRAMME.code, act.day, "Klar")
        document = documents.make(case, "introduction_record", act.user, act.at, lock=True)
        official_note(case, act, "Introduktionen är genomförd.", document)
        tell_company(case, act, f"{case}: introduktionen är klar")
        return {"document": document.pk}


class CancelIntroduction(CaseCommand[Introduction]):
    """The provider never begins, for example because the company withdraws."""

    label = "Avbryt introduktionen"
    roles = frozenset({Role.DEPUTY_DIRECTOR})
    transition = "cancel"
    why: str = asked.line("Skäl", logged=True)

    def check(self, case: Introduction, act: Act) -> None:
        if held := case.access.filter(withdrawn_on=None).first():
            raise Refused(f"{held} är inte återlämnat. Registrera det först.")

    def apply(self, case: Introduction, act: Act) -> None:
        case.cancel(on=act.day)
        ledger.cancel(case, act.day)
        official_note(case, act, f"Introduktionen avbruten. {self.why}")
        tell_company(case, act, f"{case}: introduktionen är avbruten")


def _of_case(row: ProgrammeStep | AccessOrder, case: Introduction) -> None:
    if row.introduction_id != case.pk:
        raise Refused("Det hör till en annan introduktion. Ladda om sidan och välj igen.")


def _waiting(step: ProgrammeStep, case: Introduction) -> None:
    """Raise Refused unless the step belongs to the case and nothing has come of it yet."""
    _of_case(step, case)
    if not step.is_waiting:
        raise Refused(f"”{step.title}” är redan klart eller utelämnat. Ladda om sidan.")


def _may_handle(what: str, case: Introduction, act: Act) -> None:
    """Raise Refused unless the matrix's row for this kind of access lets the actor."""
    allowed = {
        user.pk
        for role in ORDERING[what] | ANSWERS_FOR_ACCESS
        for user in holders(role, case.unit.path, act.day)
    }
    if act.user and act.user.pk not in allowed:
        names = ", ".join(
            sorted((str(Role(role).label) for role in ORDERING[what]), key=swedish.key)
        )
        raise Refused(f"{AccessOrder.What(what).label} hanteras av {names}.")


COMMANDS = (
    NameContactPerson,
    BookStep,
    RecordStep,
    SignContract,
    LetStart,
    AddStep,
    LeaveOutStep,
    OrderAccess,
    ReceiveAccess,
    WithdrawAccess,
    FinishIntroduction,
    CancelIntroduction,
)
