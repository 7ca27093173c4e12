"""The controls of handling: tax, credit, quality system, CVs, meeting, references. LOV-05..07."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from audit.act import Act
from cases import calendar, documents, preferences
from cases.actions import HANDLERS, not_in_future, official_note
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.models import Attachment
from door import asked
from door.command import Kept
from door.refusals import Refused
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


def not_before_arrival(day: date, case: ProviderApplication, what: str) -> None:
    """Raise Refused for a day before the application came in."""
    assert case.arrived_on  # only a draft has not
    if day < case.arrived_on:
        raise Refused(f"{what} kan inte vara före ansökan kom in, {long_date(case.arrived_on)}.")


class RecordControl(CaseCommand[ProviderApplication]):
    """Record that a control was ordered or done, with outcome and evidence (LOV-05).

    Credit and tax controls hold for a number of days that the municipality chooses.
    """

    label = "Registrera kontroll"
    roles = HANDLERS
    kind: str = asked.choice("Kontroll", [(k.value, k.label) for k in CONTROLS], subject=True)
    outcome: str = asked.choice("Utfall", OUTCOMES, widget=forms.RadioSelect)
    done_on: date = asked.day("Datum", first=asked.today)
    note: str = asked.text("Vad kontrollen visade", default="", max_length=500)
    evidence: Attachment | None = asked.one_of(
        "Underlag bland bilagorna",
        lambda form: Attachment.objects.filter(case_id=form.case.pk, removed_on=None),
        default=None,
        help_text="Till exempel svaret från UC eller Skatteverket.",
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state in {
            State.HANDLING,
            State.RECEIVED,
            State.COMPLETION,
            State.MBL,
            State.COMMITTEE,
        }

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.done_on, act.day, "Kontrollen")
        not_before_arrival(self.done_on, case, "Kontrollen")
        if self.outcome in ("failed", "remark") and not self.note:
            raise Refused("Skriv vad kontrollen visade när den inte var utan anmärkning.")

    def apply(self, case: ProviderApplication, act: Act) -> None:
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


class NoteRecordExtract(CaseCommand[ProviderApplication]):
    """Note that a register extract was shown. It is never taken in or kept (BEY-15, 2026:43 5 §)."""

    label = "Notera visat registerutdrag"
    roles = HANDLERS
    help = "Bara att utdraget har visats noteras. Utdraget får inte lämnas in eller sparas."
    shown_on: date = asked.day("Visades den", first=asked.today)
    whose: str = asked.line("Gäller", max_length=120, help_text="Till exempel: verksamhetsansvarig")

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.shown_on, act.day, "Datumet")

    def apply(self, case: ProviderApplication, act: Act) -> None:
        HandlingStep.objects.create(
            application=case,
            kind=Kind.RECORD_EXTRACT,
            outcome=HandlingStep.Outcome.PASSED,
            done_on=self.shown_on,
            note=self.whose,
            **act.stamp,
        )


class MeetingForm(CaseForm[ProviderApplication]):
    """Who attended is asked for once for each capacity that has to."""

    def prepare(self) -> None:
        del self.fields["attendance"]
        for capacity, label in rules.REQUIRED_AT_MEETING.items():
            self.fields[f"attended_{capacity}"] = forms.CharField(
                label=label,
                required=False,
                max_length=120,
                help_text="Namn på den som deltog. Lämna tomt om ingen deltog.",
                initial=self._expected(capacity),
            )
        self.order_fields(
            [
                "held_on",
                "place",
                *[f"attended_{c}" for c in rules.REQUIRED_AT_MEETING],
                "went_through_application",
                "notes",
            ]
        )

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


class HoldInformationMeeting(CaseCommand[ProviderApplication]):
    """Record the information meeting and who attended (LOV-07); minutes are made of it."""

    label = "Registrera informationsmöte"
    roles = CASE_WORKERS
    form = MeetingForm
    held_on: date = asked.day("Hölls den", first=asked.today)
    place: str = asked.line("Plats", max_length=120)
    attendance: Mapping[str, str] = asked.value(forms.Field, "Deltog", logged=sorted)
    went_through_application: bool = asked.yes("Ansökan gicks igenom på mötet")
    notes: str = asked.text("Vad som sades", max_length=10_000)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.HANDLING

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Mötet")
        assert case.complete_on  # or it would not be in handling
        if self.held_on < case.complete_on:
            raise Refused(
                f"Mötet hålls när ansökan är komplett, tidigast {long_date(case.complete_on)}."
            )

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
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


def fewest_references(form: CaseForm[ProviderApplication]) -> str:
    """Whom the fewest references are about so far."""
    counts = form.case.counted_references()
    return min(counts, key=lambda about: counts[about])


class AddReference(CaseCommand[ProviderApplication]):
    """Record a reference that was taken (LOV-06); the record of references is made anew."""

    label = "Lägg till referens"
    roles = HANDLERS
    about: str = asked.choice(
        "Referensen gäller",
        Reference.About.choices,
        first=fewest_references,
        widget=forms.RadioSelect,
        subject=True,
    )
    referee: str = asked.line("Referensperson", max_length=120)
    organisation: str = asked.line("Organisation", max_length=160)
    relation: str = asked.line(
        "Relation", max_length=160, help_text="Till exempel: närmaste chef i tre år."
    )
    taken_on: date = asked.day("Tagen den", first=asked.today)
    statement: str = asked.text("Vad som sades", max_length=10_000)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state in guards.BEFORE_ASSESSMENT

    def check(self, case: ProviderApplication, act: Act) -> None:
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

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        row = Reference.objects.create(
            application=case,
            **{
                name: getattr(self, name)
                for name in (
                    "about",
                    "referee",
                    "organisation",
                    "relation",
                    "taken_on",
                    "statement",
                )
            },
            **act.stamp,
        )
        document = documents.make(case, "reference_record", act.user, act.at)
        about = row.get_about_display().lower()
        official_note(case, act, f"Referens tagen om {about} {self.taken_on}.", document)
        return {"reference": row.pk, "document": document.pk}


COMMANDS = (RecordControl, NoteRecordExtract, HoldInformationMeeting, AddReference)
