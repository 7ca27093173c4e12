"""The verbs of a meeting: booked with its agenda, held with its notes. FUP-02, FUP-06."""

from datetime import date, datetime, time

from django import forms
from django.utils import timezone

from audit.act import Act
from cases import documents, flows, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from cases.permission import give_by_name
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import holders
from organisation.models import Representation, User
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.duties.models import Duty
from procurement.duties.rules import DUTY
from procurement.meetings import guards
from procurement.meetings.models import Meeting

State, Sort = Meeting.State, Meeting.Sort
SORTS = {
    Duty.Kind.PROVIDER_MEETING: Sort.PROVIDERS,
    Duty.Kind.INTERNAL_MEETING: Sort.INTERNAL,
}
STAFF = HANDLERS | {Role.SECTION_HEAD, Role.FIRST_SOCIAL_WORKER, Role.DIRECTOR}
INVITED: dict[str, tuple[Role, ...]] = {
    Sort.PROVIDERS: (
        Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST, Role.SECTION_HEAD,
        Role.FIRST_SOCIAL_WORKER,
    ),
    Sort.INTERNAL: (
        Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.SECTION_HEAD,
        Role.FIRST_SOCIAL_WORKER, Role.CONTROLLER, Role.CHIEF_NURSE, Role.VIVA_ADMINISTRATOR,
    ),
}  # fmt: skip
"""Who is invited by role; to a provider meeting also the providers of the table."""
AGENDA = {
    Sort.PROVIDERS: "Föregående möte\nInformation från förvaltningen\nFrågor från utförarna\n"
    "Utbildning\nÖvrigt",
    Sort.INTERNAL: "Föregående möte\nAnsvarsfördelning enligt matrisen\nLika arbetssätt och "
    "förhållningssätt\nPågående uppföljningar\nÖvrigt",
}  # fmt: skip


def open_meeting(duty: Duty, person: User | None, act: Act) -> Meeting:
    """The case of a duty of the wheel, in the caller's transaction (FUP-05)."""
    sort = SORTS[Duty.Kind(duty.kind)]
    case = Meeting(
        state=State.PLANNED,
        sort=sort,
        table=duty.table,
        due_on=duty.due,
        unit=duty.unit,
        responsible=person,
        agenda=AGENDA[sort],
        title=f"{sort.label}, {duty.get_table_display()}",
    )
    open_case(case, act, name="open_meeting")
    give_number(case, act.day)
    case.save()
    flows.start(case, act.day)
    return case


class BookMeeting(CaseCommand[Meeting]):
    """Time, place and agenda; those invited are told, and find it as a calendar file (FUP-06)."""

    label = "Boka mötet"
    roles = STAFF
    transition = "book"
    primary = True
    day_of_meeting: date = asked.day("Dag")
    time_of_meeting: time = asked.time("Klockan", help_text="Till exempel 13.00")
    place: str = asked.line(
        "Plats", max_length=120, first=lambda form: form.case.place, logged=True
    )
    agenda: str = asked.text(
        "Dagordning",
        max_length=3000,
        first=lambda form: form.case.agenda,
        help_text="En punkt på varje rad.",
    )

    def check(self, case: Meeting, act: Act) -> None:
        if self.day_of_meeting < act.day:
            raise Refused(f"{long_date(self.day_of_meeting)} har passerat. Välj en kommande dag.")

    def apply(self, case: Meeting, act: Act) -> Kept:
        at = datetime.combine(self.day_of_meeting, self.time_of_meeting)
        case.booked_at, case.place = timezone.make_aware(at), self.place
        case.agenda = self.agenda
        case.book()
        people = invited(case, act.day)
        when = f"{long_date(self.day_of_meeting)} klockan {self.time_of_meeting:%H.%M}"
        messages.notify(people, case, f"{case}: {case.title} {when}, {self.place}", act.at)
        return {"told": [user.pk for user in people]}


def invited(case: Meeting, day: date) -> list[User]:
    """Those who take part by their role, and the providers' people, who are let in to the meeting."""
    inside = [user for role in INVITED[case.sort] for user in holders(role, case.unit.path, day)]
    outside: list[User] = []
    if case.sort == Sort.PROVIDERS:
        providers = Contract.objects.filter(state=Contract.State.IN_FORCE).values("provider_id")
        outside = [
            row.user
            for row in Representation.objects.filter(
                provider_id__in=providers, ended_on=None, user__is_active=True
            )
            .exclude(approved_on=None)
            .select_related("user")
        ]
        for user in outside:
            give_by_name(case, user)
    return list({user.pk: user for user in [*inside, *outside]}.values())


def day_booked(form: CaseForm[Meeting]) -> date:
    """The day that was booked."""
    booked = form.case.booked_at
    return timezone.localdate(booked) if booked else form.day


class HoldMeeting(CaseCommand[Meeting]):
    """It has been held: who was there and what was said (FUP-06)."""

    label = "Registrera mötet"
    roles = STAFF
    transition = "hold"
    primary = True
    held_on: date = asked.day("Hållet den", first=day_booked)
    attended: str = asked.text(
        "Närvarande",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Namn och roll, en på varje rad.",
    )
    minutes: str = asked.text(
        "Anteckningar",
        max_length=20_000,
        first=lambda form: "\n".join(f"{point}: " for point in form.case.points),
        help_text="Skriv inga uppgifter om enskilda personer. Deltagarna kan läsa anteckningarna.",
    )

    @classmethod
    def missing(cls, case: Meeting, day: date) -> list[Missing]:
        return guards.booked(case, day)

    def check(self, case: Meeting, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Mötet")

    def apply(self, case: Meeting, act: Act) -> Kept:
        case.attended, case.minutes = self.attended, self.minutes
        case.hold(on=self.held_on)
        ledger.meet(case, DUTY.code, self.held_on, "Hållet")
        case.save()  # the document below is made of what is stored
        document = documents.make(case, "meeting_notes", act.user, act.at, lock=True)
        document.shown_to_company = case.sort == Sort.PROVIDERS
        document.save(update_fields=["shown_to_company"])
        official_note(case, act, f"{case.title} hölls {self.held_on}.", document)
        return {"document": document.pk}


class CancelMeeting(CaseCommand[Meeting]):
    """It is not held."""

    label = "Ställ in mötet"
    roles = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
    transition = "cancel"
    why: str = asked.line("Skäl", logged=True)

    def apply(self, case: Meeting, act: Act) -> None:
        booked = case.booked_at is not None
        case.cancel(on=act.day)
        ledger.cancel(case, act.day)
        official_note(case, act, f"{case.title} ställs in. {self.why}")
        if booked:
            people = invited(case, act.day)
            messages.notify(people, case, f"{case}: mötet ställs in", act.at, urgent=True)


COMMANDS = (BookMeeting, HoldMeeting, CancelMeeting)
