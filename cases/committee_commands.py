"""What is done with the committee's meetings and members, named as the log names it. Requirement CAP-09."""

from audit import log
from audit.act import Act
from cases import committee, documents, flows, ledger
from cases.committee_forms import MatterForm, MeetingForm, MemberEndForm, MemberForm, MinutesForm
from cases.dates import short_date
from cases.models import AgendaItem, CommitteeMeeting, CommitteeMember
from door.command import Command, Kept
from door.filled import AddRow, ChangeRow, Filled, Values
from door.refusals import Refused
from organisation.roles import Role

EDITORS = frozenset({Role.COMMITTEE_SECRETARY})
FREEZERS = EDITORS | {Role.DEPUTY_DIRECTOR}


class MeetingPlanned(AddRow[CommitteeMeeting]):
    """A meeting is entered."""

    label, roles = "Lägg in ett sammanträde", EDITORS
    filled: MeetingForm

    def stated(self) -> Kept:
        return _when_and_where(self.filled)

    def receipt(self, meeting: CommitteeMeeting, values: Kept) -> str:
        return (
            f"Sammanträdet {short_date(meeting.held_on)} är inlagt. "
            f"Manusstopp {short_date(meeting.documents_due)}."
        )


class MeetingChanged(ChangeRow[CommitteeMeeting]):
    """Another day or place, as long as no case stands on the agenda: the cases' deadlines follow from
    the day for documents."""

    label, roles, done = "Ändra sammanträdet", EDITORS, "Sammanträdet är ändrat."
    filled: MeetingForm

    def check(self, meeting: CommitteeMeeting, act: Act) -> None:
        if meeting.items.filter(case__isnull=False).exists():
            raise Refused(
                "Ärenden står på föredragningslistan. Flytta dem till ett annat sammanträde först."
            )

    def stated(self) -> Kept:
        return _when_and_where(self.filled)


def _when_and_where(form: MeetingForm) -> Values:
    return {name: form.cleaned_data[name] for name in ("held_on", "documents_due", "place")}


class AgendaItemAdded(Filled[CommitteeMeeting]):
    """A matter in words, without a case, stands last on the agenda."""

    label, roles = "Lägg till en fråga utan ärende", EDITORS
    filled: MatterForm

    def stated(self) -> Kept:
        return {}

    def apply(self, meeting: CommitteeMeeting, act: Act) -> Kept:
        item = committee.new_item(meeting, self.filled.cleaned_data["title"], act)
        return {"item": item.pk, "late": item.is_late}

    def receipt(self, meeting: CommitteeMeeting, values: Kept) -> str:
        return ""  # the agenda shows it


class AgendaItemRemoved(Command[CommitteeMeeting]):
    """A matter in words is taken off the agenda."""

    label, roles = "Ta bort från listan", EDITORS
    item: AgendaItem

    def stated(self) -> Kept:
        return {"item": self.item.pk}

    def check(self, meeting: CommitteeMeeting, act: Act) -> None:
        _require_standing(self.item, meeting)
        if self.item.case_id:
            raise Refused("Ett ärende tas bort från listan på ärendets egen sida.")

    def apply(self, meeting: CommitteeMeeting, act: Act) -> None:
        self.item.withdrawn_on = act.day
        self.item.save(update_fields=["withdrawn_on"])


class AgendaItemMoved(Command[CommitteeMeeting]):
    """A line of the agenda stands one place higher (-1) or lower (+1)."""

    label, roles = "Flytta på listan", EDITORS
    item: AgendaItem
    step: int

    def stated(self) -> Kept:
        return {"item": self.item.pk, "step": self.step}

    def check(self, meeting: CommitteeMeeting, act: Act) -> None:
        _require_standing(self.item, meeting)

    def apply(self, meeting: CommitteeMeeting, act: Act) -> None:
        items = list(meeting.items.filter(withdrawn_on=None))
        place = items.index(self.item)
        other = place + self.step
        if 0 <= other < len(items):
            items[place], items[other] = items[other], items[place]
        for number, row in enumerate(items, 1):
            row.order = number
        AgendaItem.objects.bulk_update(items, ["order"])


def _require_standing(item: AgendaItem, meeting: CommitteeMeeting) -> None:
    if not meeting.items.filter(pk=item.pk, withdrawn_on=None).exists():
        raise Refused("Ärendet står inte längre på föredragningslistan. Ladda om sidan.")


class PacketFrozen(Command[CommitteeMeeting]):
    """Every document on the agenda is locked in the version it has now.

    It may be done again for items that came late.
    """

    label, roles = "Lås och expediera", FREEZERS

    def apply(self, meeting: CommitteeMeeting, act: Act) -> Kept:
        items = meeting.items.filter(withdrawn_on=None).select_related("document", "case")
        waiting = [item for item in items if item.document and not item.document.locked_at]
        for item in waiting:
            _lock(item, meeting, act)
        meeting.packet_frozen_at = meeting.packet_frozen_at or act.at
        meeting.save(update_fields=["packet_frozen_at"])
        return {"documents": [item.document_id for item in waiting]}


def _lock(item: AgendaItem, meeting: CommitteeMeeting, act: Act) -> None:
    document, case = item.document, item.case
    assert document  # what waits to be locked has one
    assert case  # a matter in words has no document
    documents.lock_document(document, act.at)
    ledger.meet(case, "documents_due", act.day, "Låst i utskicket")
    log.record(
        case.chain,
        "document_locked",
        act,
        subject=document,
        values={"sha256": document.sha256, "meeting": str(meeting.held_on)},
    )
    flows.advance(case.concrete(), act.day)


class MinutesAdjusted(Filled[CommitteeMeeting]):
    """The day the minutes were adjusted."""

    label, roles, done = "Protokollet justerat", EDITORS, "Justeringsdagen är sparad."
    filled: MinutesForm

    def stated(self) -> Kept:
        return {"adjusted_on": self.filled.cleaned_data["adjusted_on"]}

    def check(self, meeting: CommitteeMeeting, act: Act) -> None:
        day = self.filled.cleaned_data["adjusted_on"]
        if day > act.day:
            raise Refused("Dagen ligger i framtiden. Skriv den dag protokollet justerades.")
        if day < meeting.held_on:
            raise Refused("Protokollet kan inte justeras före sammanträdet.")

    def apply(self, meeting: CommitteeMeeting, act: Act) -> None:
        meeting.minutes_adjusted_on = self.filled.cleaned_data["adjusted_on"]
        meeting.save(update_fields=["minutes_adjusted_on"])


class MemberAdded(AddRow[CommitteeMember]):
    """A member of the committee is entered."""

    label, roles = "Ny ledamot", EDITORS
    filled: MemberForm

    def stated(self) -> Kept:
        return _particulars(self.filled.instance)

    def receipt(self, member: CommitteeMember, values: Kept) -> str:
        return f"{member} är inlagd."


class MemberEnded(ChangeRow[CommitteeMember]):
    """The last day of a member."""

    label, roles = "Avsluta uppdraget", EDITORS
    filled: MemberEndForm

    def stated(self) -> Kept:
        return _particulars(self.filled.instance)

    def receipt(self, member: CommitteeMember, values: Kept) -> str:
        return f"Sista dag för {member} är sparad."


def _particulars(member: CommitteeMember) -> Values:
    return {
        "name": member.name,
        "seat": member.seat,
        "valid_from": member.valid_from,
        "valid_to": member.valid_to,
    }
