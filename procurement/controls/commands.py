"""The verbs of a yearly control: requested, received, reviewed, recorded. FUP-02, FUP-05."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet

from audit.act import Act
from cases import attachments, documents, flows, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import actor_on, holders
from organisation.models import User
from organisation.roles import Role
from procurement.controls import guards, rules
from procurement.controls.models import ControlItem, Review, YearlyControl
from procurement.duties.models import Duty
from procurement.duties.rules import DUTY

State, Kind, About = YearlyControl.State, ControlItem.Kind, YearlyControl.About
ITEMS = {
    Duty.Kind.TAX_CONTROL: (About.TAX, (Kind.TAX, Kind.CREDIT)),
    Duty.Kind.REPORT_REVIEW: (About.REPORTS, (Kind.ACTIVITY_REPORT, Kind.ANNUAL_ACCOUNTS)),
}
STAFF = HANDLERS | {Role.CONTROLLER}


def open_control(duty: Duty, person: User | None, act: Act) -> YearlyControl:
    """The case of a duty of the wheel, in the caller's transaction (FUP-05)."""
    about, kinds = ITEMS[Duty.Kind(duty.kind)]
    agreement = duty.agreement
    if agreement is None:
        raise ValueError("a yearly control is of a contract")
    case = YearlyControl(
        state=State.OPEN,
        about=about,
        agreement=agreement,
        due_on=duty.due,
        unit=duty.unit,
        responsible=person,
        provider=agreement.provider,
        title=agreement.title,
    )
    open_case(case, act, name="open_control")
    give_number(case, act.day)
    case.save()
    ControlItem.objects.bulk_create(ControlItem(control=case, kind=kind) for kind in kinds)
    flows.start(case, act.day)
    return case


class RequestReports(CaseCommand[YearlyControl]):
    """The provider is asked for its activity report and annual accounts, in the portal."""

    label = "Begär in handlingarna"
    roles = STAFF
    transition = "request"
    primary = True
    help = "Företaget får 30 dagar på sig, påminns, och lämnar handlingarna i portalen."

    @classmethod
    def fits(cls, case: YearlyControl) -> bool:
        return super().fits(case) and case.about == About.REPORTS

    def apply(self, case: YearlyControl, act: Act) -> None:
        case.request(on=act.day)
        ledger.start(case, rules.REPORTS, act.day, anchor_text="handlingarna begärdes in")
        tell_company(case, act, f"{case}: lämna verksamhetsberättelse och årsredovisning")


def items(form: CaseForm[YearlyControl]) -> QuerySet[ControlItem]:
    """What the control looks at."""
    return form.case.items.all()


def kind_of(item: ControlItem) -> str:
    """What the log keeps of an item."""
    return item.kind


class SendReport(CaseCommand[YearlyControl]):
    """A report comes in, from the company or by staff for it."""

    label = "Lämna handling"
    roles = STAFF
    by_company = True
    item: ControlItem = asked.one_of("Handling", items, logged=kind_of, subject=True)
    file: UploadedFile = asked.file("Fil")

    @classmethod
    def fits(cls, case: YearlyControl) -> bool:
        return case.about == About.REPORTS and case.state == State.REQUESTED

    def check(self, case: YearlyControl, act: Act) -> None:
        _of_case(self.item, case)

    def apply(self, case: YearlyControl, act: Act) -> Kept:
        try:
            row = attachments.receive(case, self.file, act.user, act.at)
        except ValidationError as error:
            raise Refused(" ".join(error.messages)) from error
        self.item.evidence, self.item.received_on = row, act.day
        self.item.save()
        if not case.items.filter(received_on=None).exists():
            ledger.meet(case, rules.REPORTS.code, act.day, "Inkomna")
        if act.user and actor_on(act.user, act.day).is_outside:
            tell_responsible(case, act, f"{case}: {self.item} har kommit in")
        return {"attachment": row.pk}


class ReviewForm(CaseForm[YearlyControl]):
    """What is not as it should be is described."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") not in (None, Review.Outcome.PASSED) and not data.get("note"):
            self.add_error("note", "Skriv vad anmärkningen eller bristen är.")
        return data


class ReviewItem(CaseCommand[YearlyControl]):
    """What was found; the annual accounts are also reviewed by the controller (FUP-02)."""

    label = "Registrera granskning"
    roles = STAFF
    form = ReviewForm
    item: ControlItem = asked.one_of("Vad", items, logged=kind_of, subject=True)
    done_on: date = asked.day("Granskad den", first=asked.today)
    outcome: str = asked.choice("Utfall", Review.Outcome.choices, widget=forms.RadioSelect)
    note: str = asked.text("Vad som framkom", default="")

    def check(self, case: YearlyControl, act: Act) -> None:
        _of_case(self.item, case)
        not_in_future(self.done_on, act.day, "Granskningen")
        if self.outcome != Review.Outcome.PASSED and not self.note.strip():
            raise Refused("Skriv vad anmärkningen eller bristen är.")
        if case.about == About.REPORTS and self.item.received_on is None:
            raise Refused(f"{self.item} har inte kommit in än och kan inte granskas.")

    def apply(self, case: YearlyControl, act: Act) -> Kept:
        by_controller = _is_controller(case, act)
        row = Review.objects.create(
            item=self.item,
            done_on=self.done_on,
            outcome=self.outcome,
            note=self.note,
            by_controller=by_controller,
            **act.stamp,
        )
        if self.item.kind == Kind.ANNUAL_ACCOUNTS and not by_controller:
            people = holders(Role.CONTROLLER, case.unit.path, act.day)
            messages.notify(people, case, f"{case}: årsredovisningen väntar på controller", act.at)
        if self.outcome == Review.Outcome.FAILED:
            leaders = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
            text = f"{case}: brister i {str(self.item).lower()}"
            messages.notify(leaders, case, text, act.at, urgent=True)
        return {"review": row.pk}


def _is_controller(case: YearlyControl, act: Act) -> bool:
    """Whether the actor reviews as the controller, themselves or for one."""
    if act.user is None:
        return False
    held = actor_on(act.user, act.day).holding({Role.CONTROLLER}, case.unit.path)
    return held is not None


class FinishControl(CaseCommand[YearlyControl]):
    """Every item is reviewed, and the control is recorded as a document."""

    label = "Avsluta kontrollen"
    roles = STAFF
    transition = "finish"
    primary = True

    @classmethod
    def missing(cls, case: YearlyControl, day: date) -> list[Missing]:
        return guards.reviews(case, day)

    def apply(self, case: YearlyControl, act: Act) -> Kept:
        case.finish(on=act.day)
        ledger.meet(case, DUTY.code, act.day, "Klar")
        ledger.cancel(case, act.day)
        document = documents.make(case, "yearly_control", act.user, act.at, lock=True)
        official_note(case, act, f"Årlig kontroll: {case.get_about_display().lower()}.", document)
        return {"document": document.pk}


class CancelControl(CaseCommand[YearlyControl]):
    """The control is not made, for example because the contract has ended."""

    label = "Ställ in kontrollen"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    why: str = asked.line("Skäl", logged=True)

    def apply(self, case: YearlyControl, act: Act) -> None:
        case.cancel(on=act.day)
        ledger.cancel(case, act.day)
        official_note(case, act, f"Kontrollen ställs in {long_date(act.day)}. {self.why}")


def _of_case(item: ControlItem, case: YearlyControl) -> None:
    if item.control_id != case.pk:
        raise Refused("Det hör till en annan kontroll. Ladda om sidan och välj igen.")


COMMANDS = (RequestReports, SendReport, ReviewItem, FinishControl, CancelControl)
