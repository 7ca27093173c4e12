"""From draft to complete application: sending in, completion rounds, withdrawal."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from audit.act import Act
from cases import documents, flows, ledger, preferences
from cases.actions import HANDLERS, official_note, tell_company, tell_responsible
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from cases.deadlines import Budget
from cases.permission import give_by_name
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import holders
from organisation.models import Provider, Unit
from organisation.roles import Role
from procurement.applications import guards, rules
from procurement.applications.models import (
    CompletionRequest,
    HandlingStep,
    ProviderApplication,
)
from procurement.specifications.models import Assignment, ServiceArea, SpecificationVersion

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
        give_by_name(application, act.user)
    return application


def enter_application(
    provider: Provider, unit: Unit, channel: str, act: Act
) -> ProviderApplication:
    """A case for an application that came on paper or by mail; it arrives by `RegisterArrival`."""
    application = ProviderApplication(
        title=provider.name, provider=provider, unit=unit, channel=channel, responsible=None
    )
    with transaction.atomic():
        open_case(application, act, name="enter_application")
        give_by_name(application, act.user)
    return application


class DraftForm(CaseForm[ProviderApplication]):
    """What stands in the application. Whether a field has to be filled in follows from `needed`."""

    needed: ClassVar[frozenset[str]] = frozenset()

    def prepare(self) -> None:
        for name, field in self.fields.items():
            field.initial = self.case.areas.all() if name == "areas" else getattr(self.case, name)
            field.required = name in self.needed


class ParticularsForm(DraftForm):
    """When the application has come in, it says this."""

    needed = frozenset(
        {"assignment", "areas", "capacity_ceiling_hours", "contact_name", "operations_manager"}
    )


class SaveDraft(CaseCommand[ProviderApplication]):
    """What has been written so far; nothing has to be complete."""

    label = "Spara utkast"
    roles = HANDLERS
    by_company = True
    form = DraftForm
    assignment: str = asked.choice(
        "Uppdrag", Assignment.choices, default="", widget=forms.RadioSelect
    )
    areas: Iterable[ServiceArea] = asked.some_of(
        "Områden", lambda form: ServiceArea.objects.all(), default=()
    )
    capacity_ceiling_hours: int | None = asked.number(
        "Kapacitetstak, timmar per månad", default=None, least=1, most=100_000
    )
    contact_name: str = asked.line("Kontaktperson", default="", max_length=120, logged=True)
    contact_title: str = asked.line("Befattning", default="", max_length=80, logged=True)
    contact_mail: str = asked.mail("E-post", default="", logged=True)
    operations_manager: str = asked.line(
        "Verksamhetsansvarig",
        default="",
        max_length=120,
        help_text="Den som leder det dagliga arbetet.",
        logged=True,
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.DRAFT

    def apply(self, case: ProviderApplication, act: Act) -> None:
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

    label = "Rätta uppgifter"
    by_company = False
    form = ParticularsForm

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT


def _arrive(case: ProviderApplication, act: Act, on: date) -> dict[str, Any]:
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
        case,
        rules.DECISION_TIME,
        on,
        budget=Budget(weeks=specification.decision_weeks),
        anchor_text="ansökan kom in",
    )
    flows.start(case, act.day)
    tell_responsible(case, act, f"{case}: ny ansökan har kommit in")
    return {"specification": specification.number, "arrived_on": str(on)}


class Submit(CaseCommand[ProviderApplication]):
    """The company sends its application; it arrives the same day (LOV-01)."""

    label = "Skicka ansökan"
    by_company = True
    transition = "arrive"
    primary = True
    help = "Ansökan kommer in i dag. Du får ett kvitto och kan följa ärendet här."

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.particulars(case, day)

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        values = _arrive(case, act, act.day)
        tell_company(case, act, f"{case}: ansökan har kommit in")
        return values


class RegisterArrival(CaseCommand[ProviderApplication]):
    """An application on paper or by mail is registered with its day of arrival (LOV-15)."""

    label = "Registrera som inkommen"
    roles = HANDLERS | {Role.REGISTRAR}
    transition = "arrive"
    primary = True
    found_on: date = asked.day(
        "Togs emot", first=asked.today, help_text="Dagen då handlingen hittades."
    )
    first_emptying: bool = asked.yes(
        "Låg i brevlådan vid morgonens första tömning",
        help_text="Räknas då som inkommen närmast föregående arbetsdag (förvaltningslagen 22 §).",
    )
    registry_no: str = asked.line("Diarienummer", default="", max_length=30, logged=True)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return super().fits(case) and case.channel != ProviderApplication.Channel.PORTAL

    def check(self, case: ProviderApplication, act: Act) -> None:
        if self.found_on > act.day:
            raise Refused(
                f"{long_date(self.found_on)} ligger i framtiden. "
                "Skriv den dag då handlingen togs emot."
            )

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        case.registry_no = self.registry_no
        day = rules.day_of_arrival(self.found_on, first_emptying=self.first_emptying)
        return _arrive(case, act, day)


class SetRegistryNumber(CaseCommand[ProviderApplication]):
    """The case's number in the case-registration system."""

    label = "Ange diarienummer"
    roles = HANDLERS | {Role.REGISTRAR, Role.COMMITTEE_SECRETARY}
    registry_no: str = asked.line(
        "Diarienummer",
        max_length=30,
        first=lambda form: form.case.registry_no,
        help_text="Till exempel SN 2026/0412",
        logged=True,
    )

    def apply(self, case: ProviderApplication, act: Act) -> None:
        case.registry_no = self.registry_no


class ReviewApplication(CaseCommand[ProviderApplication]):
    """The application is gone through against the call document (LOV-05)."""

    label = "Registrera granskning"
    roles = HANDLERS
    outcome: str = asked.choice(
        "Utfall",
        [
            (HandlingStep.Outcome.PASSED, "Utan anmärkning"),
            (HandlingStep.Outcome.INCOMPLETE, HandlingStep.Outcome.INCOMPLETE.label),
        ],
        widget=forms.RadioSelect,
    )
    note: str = asked.text("Iakttagelser", default="", max_length=500)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.RECEIVED

    def check(self, case: ProviderApplication, act: Act) -> None:
        if self.outcome == HandlingStep.Outcome.INCOMPLETE and not self.note.strip():
            raise Refused("Skriv under Iakttagelser vad som behöver kompletteras.")

    def apply(self, case: ProviderApplication, act: Act) -> None:
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


def demanded(form: CaseForm[ProviderApplication]) -> list[tuple[str, str]]:
    """The attachments that the call document demands and the company hands in."""
    return [(row.code, row.name) for row in form.case.checklist() if not row.shown_only]


def lacking(form: CaseForm[ProviderApplication]) -> list[str]:
    """Those of them that are absent or not valid."""
    names = {missing.what for missing in guards.attachments(form.case, form.day)}
    return [code for code, name in demanded(form) if name in names]


class RequestCompletion(CaseCommand[ProviderApplication]):
    """Ask the company to complete; a round of its own with its own dates (LOV-02, LOV-03)."""

    label = "Begär komplettering"
    roles = CASE_WORKERS
    transition = "request_completion"
    requirements: Sequence[str] = asked.choices(
        "Bilagor som ska kompletteras", demanded, default=(), first=lacking
    )
    text: str = asked.text(
        "Vad företaget ska lämna",
        max_length=4000,
        help_text="Texten står i brevet till företaget.",
    )

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.review(case, day)

    @classmethod
    def leads_on(cls, case: ProviderApplication) -> bool:
        return case.needs_completion()

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        case.request_completion()
        ledger.meet(case, rules.COMPLETION_REQUEST.code, act.day, "Begärd")
        days = Budget(days=preferences.chosen("completion_days"))
        deadline = ledger.start(
            case,
            rules.COMPLETION_ANSWER,
            act.day,
            budget=days,
            anchor_text="kompletteringen begärdes",
        )
        pause_decision_time(case, act)
        names = [row.name for row in case.checklist() if row.code in self.requirements]
        document = documents.make(
            case,
            "completion_request",
            act.user,
            act.at,
            lock=True,
            wanted=names,
            text=self.text,
            due=deadline.due.isoformat(),
        )
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


def pause_decision_time(case: ProviderApplication, act: Act) -> None:
    """The time in which a decision is promised does not run while the company completes."""
    for deadline in case.deadlines.running().filter(rule=rules.DECISION_TIME.code):
        if not deadline.suspensions.filter(end=None).exists():
            ledger.suspend(deadline, act.day, "väntar på komplettering från företaget")


def resume_decision_time(case: ProviderApplication, act: Act) -> None:
    """The promised time runs again."""
    for deadline in case.deadlines.running().filter(rule=rules.DECISION_TIME.code):
        if deadline.suspensions.filter(end=None).exists():
            ledger.resume(deadline, act.day)


class AnswerCompletion(CaseCommand[ProviderApplication]):
    """The company sends its completion; late is shown, never silently passed (LOV-03)."""

    label = "Skicka kompletteringen"
    by_company = True
    roles = HANDLERS
    transition = "take_in_completion"
    primary = True
    help = "Bifoga filerna först. När kompletteringen är skickad granskas ansökan igen."
    answer: str = asked.text("Meddelande till förvaltningen", default="", max_length=4000)

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        round_ = case.open_completion()
        if round_ is None:
            return []
        names = {row.name for row in case.checklist() if row.code in round_.requirements}
        return [missing for missing in guards.attachments(case, day) if missing.what in names]

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        round_ = case.awaited_completion()
        round_.answered_on, round_.answer = act.day, self.answer
        outcome = CompletionRequest.Outcome
        round_.outcome = outcome.LATE if round_.is_late else outcome.CAME
        return _close_round(case, act, round_)


def _close_round(case: ProviderApplication, act: Act, round_: CompletionRequest) -> dict[str, Any]:
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


class CloseCompletion(CaseCommand[ProviderApplication]):
    """Close a round whose answer never came, so that the application can be handled on (LOV-03)."""

    label = "Avsluta omgången utan svar"
    roles = CASE_WORKERS
    transition = "take_in_completion"
    why: str = asked.line("Skäl", max_length=200, logged=True)

    def check(self, case: ProviderApplication, act: Act) -> None:
        round_ = case.awaited_completion()
        if round_.due >= act.day:
            raise Refused(f"Företaget har på sig till och med {long_date(round_.due)}.")

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        round_ = case.awaited_completion()
        round_.outcome = CompletionRequest.Outcome.MISSING
        official_note(case, act, f"Komplettering, omgång {round_.round}, kom inte in. {self.why}")
        return _close_round(case, act, round_)


class DeclareComplete(CaseCommand[ProviderApplication]):
    """The application is complete; handling should end within four weeks (LOV-04)."""

    label = "Förklara komplett"
    roles = CASE_WORKERS
    transition = "declare_complete"
    primary = True
    complete_on: date = asked.day("Komplett den", first=asked.today)

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.completeness(case, day)

    @classmethod
    def leads_on(cls, case: ProviderApplication) -> bool:
        return not case.needs_completion()

    def check(self, case: ProviderApplication, act: Act) -> None:
        assert case.arrived_on  # only a draft has not
        if not case.arrived_on <= self.complete_on <= act.day:
            raise Refused(
                f"Ansökan kan vara komplett tidigast när den kom in, {long_date(case.arrived_on)}, "
                "och senast i dag."
            )

    def apply(self, case: ProviderApplication, act: Act) -> None:
        case.declare_complete(on=self.complete_on)
        ledger.meet(case, rules.COMPLETION_REQUEST.code, act.day, "Ingen komplettering behövs")
        ledger.start(
            case,
            rules.HANDLING,
            self.complete_on,
            budget=Budget(weeks=preferences.chosen("handling_weeks")),
            anchor_text="ansökan var komplett",
        )
        tell_company(case, act, f"{case}: ansökan är komplett och handläggs")


class Withdraw(CaseCommand[ProviderApplication]):
    """The company takes its application back, which ends the case (LOV-15)."""

    label = "Återkalla ansökan"
    roles = HANDLERS
    by_company = True
    transition = "withdraw"
    help = "Ärendet avslutas. Ni kan ansöka igen när ni vill."
    why: str = asked.line("Skäl", default="", max_length=200, logged=True)

    def apply(self, case: ProviderApplication, act: Act) -> None:
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
