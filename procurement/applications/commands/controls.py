"""The controls of handling: tax, credit, quality system, CVs, meeting, references. LOV-05..07."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from cases import calendar, documents, preferences
from cases.actions import HANDLERS, not_in_future, official_note
from cases.commands import Act, Command, CommandForm, Refused
from cases.dates import long_date
from cases.models import Attachment
from organisation import swedish
from organisation.authority import holders
from procurement.applications import guards, rules
from procurement.applications.commands.intake import CASE_WORKERS
from procurement.applications.models import (
    HandlingStep,
    InformationMeeting,
    ProviderApplication,
    Reference,
)

State = ProviderApplication.State
Kind = HandlingStep.Kind
OUTCOMES = [
    row for row in HandlingStep.Outcome.choices if row[0] != HandlingStep.Outcome.INCOMPLETE
]
CONTROLS = (Kind.CREDIT, Kind.TAX, Kind.QMS, Kind.CV)
WITH_VALIDITY = (Kind.CREDIT, Kind.TAX)


def not_before_arrival(day: date, case: Any, what: str) -> None:
    """Raise Refused for a day before the application came in."""
    if day < case.arrived_on:
        raise Refused(f"{what} kan inte vara före ansökan kom in, {long_date(case.arrived_on)}.")


class ControlForm(CommandForm):
    subject = "kind"

    kind = forms.ChoiceField(label="Kontroll", choices=[(k.value, k.label) for k in CONTROLS])
    outcome = forms.ChoiceField(label="Utfall", choices=OUTCOMES, widget=forms.RadioSelect)
    done_on = forms.DateField(label="Datum")
    note = forms.CharField(
        label="Vad kontrollen visade", required=False, max_length=500, widget=forms.Textarea
    )
    evidence = forms.ModelChoiceField(
        None,
        label="Underlag bland bilagorna",
        required=False,
        help_text="Till exempel svaret från UC eller Skatteverket.",
    )

    def prepare(self) -> None:
        self.fields["done_on"].initial = self.day
        self.fields["evidence"].queryset = Attachment.objects.filter(
            case_id=self.case.pk, removed_on=None
        )


class RecordControl(Command):
    """Record that a control was ordered or done, with outcome and evidence (LOV-05).

    Credit and tax controls hold for a number of days that the municipality chooses.
    """

    label: ClassVar[str] = "Registrera kontroll"
    roles = HANDLERS
    form = ControlForm
    kind: str
    outcome: str
    done_on: date
    note: str = ""
    evidence: Attachment | None = None

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state in {
            State.HANDLING,
            State.RECEIVED,
            State.COMPLETION,
            State.MBL,
            State.COMMITTEE,
        }

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.done_on, act.day, "Kontrollen")
        not_before_arrival(self.done_on, case, "Kontrollen")
        if self.outcome in ("failed", "remark") and not self.note:
            raise Refused("Skriv vad kontrollen visade när den inte var utan anmärkning.")

    def apply(self, case: Any, act: Act) -> None:
        days = preferences.chosen("control_valid_days")
        holds = self.kind in WITH_VALIDITY and self.outcome != HandlingStep.Outcome.ORDERED
        HandlingStep.objects.create(
            application=case,
            kind=self.kind,
            outcome=self.outcome,
            done_on=self.done_on,
            valid_until=calendar.add_days(self.done_on, days) if holds else None,
            note=self.note,
            evidence=self.evidence,
            **act.stamp,
        )


class ExtractForm(CommandForm):
    shown_on = forms.DateField(label="Visades den")
    whose = forms.CharField(
        label="Gäller", max_length=120, help_text="Till exempel: verksamhetsansvarig"
    )

    def prepare(self) -> None:
        self.fields["shown_on"].initial = self.day


class NoteRecordExtract(Command):
    """Note that a register extract was shown. It is never taken in or kept (BEY-15, 2026:43 5 §)."""

    label: ClassVar[str] = "Notera visat registerutdrag"
    roles = HANDLERS
    form = ExtractForm
    help = "Bara att utdraget har visats noteras. Utdraget får inte lämnas in eller sparas."
    shown_on: date
    whose: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.shown_on, act.day, "Datumet")

    def apply(self, case: Any, act: Act) -> None:
        HandlingStep.objects.create(
            application=case,
            kind=Kind.RECORD_EXTRACT,
            outcome=HandlingStep.Outcome.PASSED,
            done_on=self.shown_on,
            note=self.whose,
            **act.stamp,
        )


class MeetingForm(CommandForm):
    held_on = forms.DateField(label="Hölls den")
    place = forms.CharField(label="Plats", max_length=120)
    went_through_application = forms.BooleanField(
        label="Ansökan gicks igenom på mötet", required=False
    )
    notes = forms.CharField(label="Vad som sades", widget=forms.Textarea, max_length=10000)

    def prepare(self) -> None:
        self.fields["held_on"].initial = self.day
        for capacity, label in rules.REQUIRED_AT_MEETING.items():
            self.fields[f"attended_{capacity}"] = forms.CharField(
                label=label, required=False, max_length=120,
                help_text="Namn på den som deltog. Lämna tomt om ingen deltog.",
                initial=self._expected(capacity),
            )  # fmt: skip
        self.order_fields(
            ["held_on", "place", *[f"attended_{c}" for c in rules.REQUIRED_AT_MEETING],
             "went_through_application", "notes"]
        )  # fmt: skip

    def _expected(self, capacity: str) -> str:
        company = {
            rules.COMPANY_REPRESENTATIVE: self.case.contact_name,
            rules.OPERATIONS_MANAGER: self.case.operations_manager,
        }
        if capacity in company:
            return company[capacity]
        people = holders(capacity, self.case.unit.path, self.day)
        return people[0].name if people else ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        names = {c: data.pop(f"attended_{c}", "") for c in rules.REQUIRED_AT_MEETING}
        data["attendance"] = {capacity: name for capacity, name in names.items() if name}
        return data


class HoldMeeting(Command):
    """Record the information meeting and who attended (LOV-07); minutes are made of it."""

    label: ClassVar[str] = "Registrera informationsmöte"
    roles = CASE_WORKERS
    form = MeetingForm
    held_on: date
    place: str
    attendance: Mapping[str, str]
    went_through_application: bool
    notes: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.HANDLING

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Mötet")
        if self.held_on < case.complete_on:
            raise Refused(
                f"Mötet hålls när ansökan är komplett, tidigast {long_date(case.complete_on)}."
            )

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        InformationMeeting.objects.create(
            application=case,
            held_on=self.held_on,
            place=self.place,
            attendance=dict(self.attendance),
            notes=self.notes,
            went_through_application=self.went_through_application,
            **act.stamp,
        )
        document = documents.make(case, "meeting_minutes", act.user, act.at, lock=True)
        text = (
            f"Informationsmöte hölls {self.held_on}. Deltog: {', '.join(self.attendance.values())}."
        )
        absent = rules.absent_at_meeting(self.attendance)
        if absent:
            labels = ", ".join(rules.REQUIRED_AT_MEETING[capacity] for capacity in absent)
            text += f" Deltog inte: {labels}."
        official_note(case, act, text, document)
        return {"document": document.pk}

    def stated(self) -> dict[str, Any]:
        return {"held_on": str(self.held_on), "attended": sorted(self.attendance)}


class ReferenceForm(CommandForm):
    subject = "about"

    about = forms.ChoiceField(
        label="Referensen gäller", choices=Reference.About.choices, widget=forms.RadioSelect
    )
    referee = forms.CharField(label="Referensperson", max_length=120)
    organisation = forms.CharField(label="Organisation", max_length=160)
    relation = forms.CharField(
        label="Relation", max_length=160, help_text="Till exempel: närmaste chef i tre år."
    )
    taken_on = forms.DateField(label="Tagen den")
    statement = forms.CharField(label="Vad som sades", widget=forms.Textarea, max_length=10000)

    def prepare(self) -> None:
        self.fields["taken_on"].initial = self.day
        counts = self.case.counted_references()
        self.fields["about"].initial = min(counts, key=lambda about: counts[about])


class AddReference(Command):
    """Record a reference that was taken (LOV-06); the record of references is made anew."""

    label: ClassVar[str] = "Lägg till referens"
    roles = HANDLERS
    form = ReferenceForm
    about: str
    referee: str
    organisation: str
    relation: str
    taken_on: date
    statement: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.taken_on, act.day, "Referensen")
        not_before_arrival(self.taken_on, case, "Referensen")
        same = case.references.filter(
            swedish.spelled(self.referee.strip(), "referee"), about=self.about
        )
        if same.exists():
            raise Refused(
                f"En referens från {self.referee} är redan registrerad. "
                "Två referenser ska komma från två personer."
            )

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        row = Reference.objects.create(
            application=case,
            **{
                name: getattr(self, name)
                for name in (
                    "about", "referee", "organisation", "relation", "taken_on", "statement"
                )
            },
            **act.stamp,
        )  # fmt: skip
        document = documents.make(case, "reference_record", act.user, act.at)
        about = row.get_about_display().lower()
        official_note(case, act, f"Referens tagen om {about} {self.taken_on}.", document)
        return {"reference": row.pk, "document": document.pk}

    def stated(self) -> dict[str, Any]:
        return {"about": self.about, "taken_on": str(self.taken_on)}


COMMANDS = (RecordControl, NoteRecordExtract, HoldMeeting, AddReference)
