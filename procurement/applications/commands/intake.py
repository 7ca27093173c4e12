"""From draft to complete application: sending in, completion rounds, withdrawal."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from cases import documents, flows, ledger, preferences
from cases.actions import HANDLERS, official_note, tell_company, tell_responsible
from cases.commands import Act, Command, CommandForm, Refused, give_number, open_case
from cases.dates import long_date
from cases.deadlines import Budget
from organisation.authority import holders
from organisation.models import Provider, Unit, User
from organisation.roles import Role
from procurement.applications import guards, rules
from procurement.applications.models import (
    CompletionRequest,
    HandlingStep,
    ProviderApplication,
)
from procurement.specifications.models import ServiceArea, SpecificationVersion

State = ProviderApplication.State
CASE_WORKERS = frozenset({Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR})


def open_draft(provider: Provider, unit: Unit, act: Act, title: str = "") -> ProviderApplication:
    """A new draft of the company's, seen by nobody but the person who began it and their company.

    `title` is what that person calls the company, when they may not know what it is called here.
    """
    application = ProviderApplication(
        title=title or provider.name,
        provider=provider,
        unit=unit,
        channel=ProviderApplication.Channel.PORTAL,
        contact_name=act.user.name,
        contact_mail=act.user.email,
    )
    with transaction.atomic():
        open_case(application, act, name="open_draft")
        give_to(application, act.user)
    return application


def give_to(application: ProviderApplication, user: User) -> None:
    """Let a person see an application by name."""
    from guardian.shortcuts import assign_perm

    assign_perm("cases.view_case", user, application.case_ptr)


def enter_application(
    provider: Provider, unit: Unit, channel: str, act: Act
) -> ProviderApplication:
    """A case for an application that came on paper or by mail; it arrives by `RegisterArrival`."""
    application = ProviderApplication(
        title=provider.name, provider=provider, unit=unit, channel=channel, responsible=None
    )
    with transaction.atomic():
        open_case(application, act, name="enter_application")
        give_to(application, act.user)
    return application


class ParticularsForm(CommandForm):
    assignment = forms.ChoiceField(
        label="Uppdrag", choices=ProviderApplication.Assignment.choices, widget=forms.RadioSelect
    )
    areas = forms.ModelMultipleChoiceField(
        ServiceArea.objects.all(), label="Områden", widget=forms.CheckboxSelectMultiple
    )
    capacity_ceiling_hours = forms.IntegerField(
        label="Kapacitetstak, timmar per månad", min_value=1, max_value=100000
    )
    contact_name = forms.CharField(label="Kontaktperson", max_length=120)
    contact_title = forms.CharField(label="Befattning", max_length=80, required=False)
    contact_mail = forms.EmailField(label="E-post", required=False)
    operations_manager = forms.CharField(
        label="Verksamhetsansvarig", max_length=120, help_text="Den som leder det dagliga arbetet."
    )

    required_now: ClassVar[bool] = True

    def prepare(self) -> None:
        for name, field in self.fields.items():
            value = self.case.areas.all() if name == "areas" else getattr(self.case, name)
            field.initial = value
            if not self.required_now:
                field.required = False


class DraftForm(ParticularsForm):
    required_now = False


class SaveDraft(Command):
    """What has been written so far; nothing has to be complete."""

    label: ClassVar[str] = "Spara utkast"
    roles = HANDLERS
    by_company = True
    form = DraftForm
    assignment: str = ""
    areas: Any = ()
    capacity_ceiling_hours: int | None = None
    contact_name: str = ""
    contact_title: str = ""
    contact_mail: str = ""
    operations_manager: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.DRAFT

    def apply(self, case: Any, act: Act) -> None:
        for name in (
            "assignment",
            "capacity_ceiling_hours",
            "contact_name",
            "contact_title",
            "contact_mail",
            "operations_manager",
        ):
            setattr(case, name, getattr(self, name))
        case.areas.set(self.areas)


class CorrectParticulars(SaveDraft):
    """Correct what stands in the application; an obvious error may be corrected (LOV 6:2)."""

    label: ClassVar[str] = "Rätta uppgifter"
    by_company = False
    form = ParticularsForm

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT


def _arrive(case: Any, act: Act, on: date) -> dict[str, Any]:
    """The application has come in: number, call document, deadlines, flow, and who is told."""
    specification = SpecificationVersion.objects.in_force(on)
    if specification is None:
        raise Refused(
            f"Inget förfrågningsunderlag gällde {long_date(on)}. "
            "Publicera ett som gäller från den dagen."
        )
    case.arrive(on=on, specification=specification)
    give_number(case, act.day)
    days = Budget(days=preferences.chosen("completion_days"))
    ledger.start(case, rules.COMPLETION_REQUEST, on, budget=days, anchor_text="ansökan kom in")
    ledger.start(
        case, rules.DECISION_TIME, on, budget=Budget(weeks=specification.decision_weeks),
        anchor_text="ansökan kom in",
    )  # fmt: skip
    flows.start(case)
    tell_responsible(case, act, f"{case}: ny ansökan har kommit in")
    return {"specification": specification.number, "arrived_on": str(on)}


class Submit(Command):
    """The company sends its application; it arrives the same day (LOV-01)."""

    label: ClassVar[str] = "Skicka ansökan"
    by_company = True
    transition = "arrive"
    primary = True
    help = "Ansökan kommer in i dag. Du får ett kvitto och kan följa ärendet här."

    @classmethod
    def missing(cls, case: Any, day: date) -> list:
        return guards.particulars(case, day)

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        values = _arrive(case, act, act.day)
        tell_company(case, act, f"{case}: ansökan har kommit in")
        return values


class ArrivalForm(CommandForm):
    found_on = forms.DateField(label="Togs emot", help_text="Dagen då handlingen hittades.")
    first_emptying = forms.BooleanField(
        label="Låg i brevlådan vid morgonens första tömning",
        help_text="Räknas då som inkommen närmast föregående arbetsdag (förvaltningslagen 22 §).",
        required=False,
    )
    registry_no = forms.CharField(label="Diarienummer", max_length=30, required=False)

    def prepare(self) -> None:
        self.fields["found_on"].initial = self.day


class RegisterArrival(Command):
    """An application on paper or by mail is registered with its day of arrival (LOV-15)."""

    label: ClassVar[str] = "Registrera som inkommen"
    roles = HANDLERS | {Role.REGISTRAR}
    transition = "arrive"
    primary = True
    form = ArrivalForm
    found_on: date
    first_emptying: bool = False
    registry_no: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and case.channel != ProviderApplication.Channel.PORTAL

    def check(self, case: Any, act: Act) -> None:
        if self.found_on > act.day:
            raise Refused(
                f"{long_date(self.found_on)} ligger i framtiden. "
                "Skriv den dag då handlingen togs emot."
            )

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        case.registry_no = self.registry_no
        day = rules.day_of_arrival(self.found_on, first_emptying=self.first_emptying)
        return _arrive(case, act, day)


class RegistryForm(CommandForm):
    registry_no = forms.CharField(
        label="Diarienummer", max_length=30, help_text="Till exempel SN 2026/0412"
    )

    def prepare(self) -> None:
        self.fields["registry_no"].initial = self.case.registry_no


class SetRegistryNumber(Command):
    """The case's number in the case-registration system."""

    label: ClassVar[str] = "Ange diarienummer"
    roles = HANDLERS | {Role.REGISTRAR, Role.COMMITTEE_SECRETARY}
    form = RegistryForm
    registry_no: str

    def apply(self, case: Any, act: Act) -> None:
        case.registry_no = self.registry_no


class ReviewForm(CommandForm):
    outcome = forms.ChoiceField(
        label="Utfall",
        choices=[
            (HandlingStep.Outcome.PASSED, "Utan anmärkning"),
            (HandlingStep.Outcome.INCOMPLETE, HandlingStep.Outcome.INCOMPLETE.label),
        ],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label="Iakttagelser", required=False, max_length=500, widget=forms.Textarea
    )


class ReviewApplication(Command):
    """The application is gone through against the call document (LOV-05)."""

    label: ClassVar[str] = "Registrera granskning"
    roles = HANDLERS
    form = ReviewForm
    outcome: str
    note: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.RECEIVED

    def check(self, case: Any, act: Act) -> None:
        if self.outcome == HandlingStep.Outcome.INCOMPLETE and not self.note.strip():
            raise Refused("Skriv under Iakttagelser vad som behöver kompletteras.")

    def apply(self, case: Any, act: Act) -> None:
        if case.responsible is None and act.user in holders(
            Role.DEVELOPMENT_STRATEGIST, case.unit.path, act.day
        ):
            case.responsible = act.user
        HandlingStep.objects.create(
            application=case,
            kind=HandlingStep.Kind.REVIEW,
            outcome=self.outcome,
            done_on=act.day,
            note=self.note,
            **act.stamp,
        )


class CompletionForm(CommandForm):
    requirements = forms.MultipleChoiceField(
        label="Bilagor som ska kompletteras",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(
        label="Vad företaget ska lämna",
        widget=forms.Textarea,
        max_length=4000,
        help_text="Texten står i brevet till företaget.",
    )

    def prepare(self) -> None:
        lacking = {missing.what for missing in guards.attachments(self.case, self.day)}
        rows = [row for row in self.case.checklist() if not row.shown_only]
        self.fields["requirements"].choices = [(row.code, row.name) for row in rows]
        self.fields["requirements"].initial = [row.code for row in rows if row.name in lacking]


class RequestCompletion(Command):
    """Ask the company to complete; a round of its own with its own dates (LOV-02, LOV-03)."""

    label: ClassVar[str] = "Begär komplettering"
    roles = CASE_WORKERS
    transition = "request_completion"
    form = CompletionForm
    text: str
    requirements: Any = ()

    @classmethod
    def missing(cls, case: Any, day: date) -> list:
        return guards.review(case, day)

    @classmethod
    def leads_on(cls, case: Any) -> bool:
        return case.needs_completion()

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        case.request_completion()
        ledger.meet(case, rules.COMPLETION_REQUEST.code, act.day, "Begärd")
        days = Budget(days=preferences.chosen("completion_days"))
        deadline = ledger.start(
            case, rules.COMPLETION_ANSWER, act.day, budget=days,
            anchor_text="kompletteringen begärdes",
        )  # fmt: skip
        pause_decision_time(case, act)
        names = [row.name for row in case.checklist() if row.code in self.requirements]
        document = documents.make(
            case, "completion_request", act.user, act.at, lock=True,
            wanted=names, text=self.text, due=deadline.due.isoformat(),
        )  # fmt: skip
        document.shown_to_company = True
        document.save(update_fields=["shown_to_company"])
        row = CompletionRequest.objects.create(
            application=case,
            round=case.completions.count() + 1,
            requirements=list(self.requirements),
            text=self.text,
            requested_on=act.day,
            due=deadline.due,
            document=document,
            **act.stamp,
        )
        official_note(
            case, act, f"Komplettering begärd, omgång {row.round}, senast {deadline.due}.", document
        )
        tell_company(case, act, f"{case}: ansökan behöver kompletteras")
        return {"round": row.round, "due": str(deadline.due), "document": document.pk}


def pause_decision_time(case: Any, act: Act) -> None:
    """The time in which a decision is promised does not run while the company completes."""
    for deadline in case.deadlines.running().filter(rule=rules.DECISION_TIME.code):
        if not deadline.suspensions.filter(end=None).exists():
            ledger.suspend(deadline, act.day, "väntar på komplettering från företaget")


def resume_decision_time(case: Any, act: Act) -> None:
    """The promised time runs again."""
    for deadline in case.deadlines.running().filter(rule=rules.DECISION_TIME.code):
        if deadline.suspensions.filter(end=None).exists():
            ledger.resume(deadline, act.day)


class AnswerForm(CommandForm):
    answer = forms.CharField(
        label="Meddelande till förvaltningen",
        widget=forms.Textarea,
        required=False,
        max_length=4000,
    )


class AnswerCompletion(Command):
    """The company sends its completion; late is shown, never silently passed (LOV-03)."""

    label: ClassVar[str] = "Skicka kompletteringen"
    by_company = True
    roles = HANDLERS
    transition = "take_in_completion"
    primary = True
    form = AnswerForm
    help = "Bifoga filerna först. När kompletteringen är skickad granskas ansökan igen."
    answer: str = ""

    @classmethod
    def missing(cls, case: Any, day: date) -> list:
        round_ = case.open_completion()
        if round_ is None:
            return []
        asked = {row.name for row in case.checklist() if row.code in round_.requirements}
        return [missing for missing in guards.attachments(case, day) if missing.what in asked]

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        round_ = case.open_completion()
        round_.answered_on, round_.answer = act.day, self.answer
        outcome = CompletionRequest.Outcome
        round_.outcome = outcome.LATE if round_.is_late else outcome.CAME
        return _close_round(case, act, round_)


def _close_round(case: Any, act: Act, round_: CompletionRequest) -> dict[str, Any]:
    round_.closed_on = act.day
    round_.save()
    case.take_in_completion()
    late = " för sent" if round_.outcome == CompletionRequest.Outcome.LATE else ""
    if round_.answered_on:
        ledger.meet(case, rules.COMPLETION_ANSWER.code, act.day, f"Kom in{late}")
        tell_responsible(case, act, f"{case}: kompletteringen har kommit in{late}")
    else:
        ledger.cancel(case, act.day, rules.COMPLETION_ANSWER.code)
    resume_decision_time(case, act)
    return {"round": round_.round, "outcome": round_.outcome}


class CloseRoundForm(CommandForm):
    why = forms.CharField(label="Skäl", max_length=200)


class CloseCompletion(Command):
    """Close a round whose answer never came, so that the application can be handled on (LOV-03)."""

    label: ClassVar[str] = "Avsluta omgången utan svar"
    roles = CASE_WORKERS
    transition = "take_in_completion"
    form = CloseRoundForm
    why: str

    def check(self, case: Any, act: Act) -> None:
        round_ = case.open_completion()
        if round_.due >= act.day:
            raise Refused(f"Företaget har på sig till och med {long_date(round_.due)}.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        round_ = case.open_completion()
        round_.outcome = CompletionRequest.Outcome.MISSING
        official_note(case, act, f"Komplettering, omgång {round_.round}, kom inte in. {self.why}")
        return _close_round(case, act, round_)


class CompleteForm(CommandForm):
    complete_on = forms.DateField(label="Komplett den")

    def prepare(self) -> None:
        self.fields["complete_on"].initial = self.day


class DeclareComplete(Command):
    """The application is complete; handling should end within four weeks (LOV-04)."""

    label: ClassVar[str] = "Förklara komplett"
    roles = CASE_WORKERS
    transition = "declare_complete"
    primary = True
    form = CompleteForm
    complete_on: date

    @classmethod
    def missing(cls, case: Any, day: date) -> list:
        return guards.completeness(case, day)

    @classmethod
    def leads_on(cls, case: Any) -> bool:
        return not case.needs_completion()

    def check(self, case: Any, act: Act) -> None:
        if not case.arrived_on <= self.complete_on <= act.day:
            raise Refused(
                f"Ansökan kan vara komplett tidigast när den kom in, {long_date(case.arrived_on)}, "
                "och senast i dag."
            )

    def apply(self, case: Any, act: Act) -> None:
        case.declare_complete(on=self.complete_on)
        ledger.meet(case, rules.COMPLETION_REQUEST.code, act.day, "Ingen komplettering behövs")
        ledger.start(
            case, rules.HANDLING, self.complete_on,
            budget=Budget(weeks=preferences.chosen("handling_weeks")),
            anchor_text="ansökan var komplett",
        )  # fmt: skip
        tell_company(case, act, f"{case}: ansökan är komplett och handläggs")


class WithdrawForm(CommandForm):
    why = forms.CharField(label="Skäl", required=False, max_length=200)


class Withdraw(Command):
    """The company takes its application back, which ends the case (LOV-15)."""

    label: ClassVar[str] = "Återkalla ansökan"
    roles = HANDLERS
    by_company = True
    transition = "withdraw"
    form = WithdrawForm
    help = "Ärendet avslutas. Ni kan ansöka igen när ni vill."
    why: str = ""

    def apply(self, case: Any, act: Act) -> None:
        case.withdraw(on=act.day)
        ledger.cancel(case, act.day)
        case.completions.filter(closed_on=None).update(
            closed_on=act.day, outcome=CompletionRequest.Outcome.MISSING
        )
        case.agenda_items.filter(decided_on=None).update(withdrawn_on=act.day)
        official_note(case, act, f"Ansökan återkallad. {self.why}".strip())
        tell_responsible(case, act, f"{case}: ansökan är återkallad")


COMMANDS = (
    SaveDraft,
    Submit,
    RegisterArrival,
    ReviewApplication,
    DeclareComplete,
    RequestCompletion,
    AnswerCompletion,
    CloseCompletion,
    CorrectParticulars,
    SetRegistryNumber,
    Withdraw,
)
