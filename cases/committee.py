"""The committee's meetings: agenda, freezing the packet, adjusted minutes. Requirement CAP-09."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.template.loader import render_to_string

from audit import clock, log
from audit.act import Act
from cases import documents, flows, ledger
from cases.models import AgendaItem, Attachment, Case, CommitteeMeeting, CommitteeMember, Document

EMBEDDED = "Inbäddad i dokumentet"


def add_item(
    meeting: CommitteeMeeting,
    title: str,
    act: Act,
    *,
    case: Case | None = None,
    document: Document | None = None,
) -> AgendaItem:
    """Add a line last on the agenda, marked late when the packet is frozen or the day has passed.

    In the caller's transaction, which holds the meeting from here on: nothing slips past `freeze`.
    """
    meeting = CommitteeMeeting.objects.select_for_update().get(pk=meeting.pk)
    last = meeting.items.aggregate(last=Max("order"))["last"] or 0
    late = bool(meeting.packet_frozen_at) or act.day > meeting.documents_due
    item = AgendaItem.objects.create(
        meeting=meeting,
        order=last + 1,
        title=title,
        added_at=act.at,
        is_late=late,
        case_id=case.pk if case else None,
        document=document,
    )
    _log(meeting, "agenda_item_added", act, {"item": item.pk, "late": late})
    return item


def save_meeting(meeting: CommitteeMeeting, act: Act) -> None:
    """Plan a meeting, or change one that no case has been put on.

    Raises ValidationError otherwise: the cases' deadlines follow from the day for documents.
    """
    with transaction.atomic():
        name = "meeting_changed" if meeting.pk else "meeting_planned"
        if meeting.pk and meeting.items.filter(case__isnull=False).exists():
            raise ValidationError(
                "Ärenden står på föredragningslistan. Flytta dem till ett annat sammanträde först."
            )
        meeting.save()
        values = {
            "held_on": meeting.held_on,
            "documents_due": meeting.documents_due,
            "place": meeting.place,
        }
        _log(meeting, name, act, values)


def add_matter(meeting: CommitteeMeeting, title: str, act: Act) -> AgendaItem:
    """Add a matter in words, without a case."""
    with transaction.atomic():
        return add_item(meeting, title, act)


def remove_matter(item: AgendaItem, act: Act) -> None:
    """Take a matter in words off the agenda. Raises ValidationError for a case."""
    if item.case_id:
        raise ValidationError("Ett ärende tas bort från listan på ärendets egen sida.")
    with transaction.atomic():
        item.withdrawn_on = act.day
        item.save(update_fields=["withdrawn_on"])
        _log(item.meeting, "agenda_item_removed", act, {"item": item.pk})


def save_member(member: CommitteeMember, act: Act) -> None:
    """Enter a member of the committee, or the last day of one."""
    with transaction.atomic():
        name = "member_ended" if member.pk else "member_added"
        member.save()
        log.record(
            "committee",
            name,
            act,
            subject=member,
            values={
                "name": member.name,
                "seat": member.seat,
                "valid_from": member.valid_from,
                "valid_to": member.valid_to,
            },
        )


def move_item(item: AgendaItem, step: int, act: Act) -> None:
    """Move a line one place up (-1) or down (+1)."""
    with transaction.atomic():
        items = list(item.meeting.items.filter(withdrawn_on=None).select_for_update())
        place = items.index(item)
        other = place + step
        if 0 <= other < len(items):
            items[place], items[other] = items[other], items[place]
        for number, row in enumerate(items, 1):
            row.order = number
        AgendaItem.objects.bulk_update(items, ["order"])
        _log(item.meeting, "agenda_item_moved", act, {"item": item.pk, "step": step})


def freeze(meeting: CommitteeMeeting, act: Act) -> list[Document]:
    """Freeze the packet: every document on the agenda is locked in the version it has now.

    May be done again for items that came late. Returns the documents that were locked.
    """
    with transaction.atomic():
        # Cases before the meeting, as in `perform`: no document is revised while it is locked.
        on_agenda = meeting.items.filter(withdrawn_on=None, case__isnull=False)
        list(
            Case.objects.select_for_update().filter(pk__in=on_agenda.values("case")).order_by("pk")
        )
        meeting = CommitteeMeeting.objects.select_for_update().get(pk=meeting.pk)
        waiting = [
            (item.document, item.case)
            for item in meeting.items.filter(withdrawn_on=None).select_related("document", "case")
            if item.document and not item.document.locked_at
        ]
        for document, case in waiting:
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
        meeting.packet_frozen_at = meeting.packet_frozen_at or act.at
        meeting.save(update_fields=["packet_frozen_at"])
        _log(meeting, "packet_frozen", act, {"documents": [document.pk for document, _ in waiting]})
    return [document for document, _ in waiting]


def adjust_minutes(meeting: CommitteeMeeting, adjusted_on: date, act: Act) -> None:
    """Record the day the minutes were adjusted. Raises ValidationError in Swedish."""
    if adjusted_on > act.day:
        raise ValidationError("Dagen ligger i framtiden. Skriv den dag protokollet justerades.")
    if adjusted_on < meeting.held_on:
        raise ValidationError("Protokollet kan inte justeras före sammanträdet.")
    with transaction.atomic():
        meeting.minutes_adjusted_on = adjusted_on
        meeting.save(update_fields=["minutes_adjusted_on"])
        _log(meeting, "minutes_adjusted", act, {"adjusted_on": adjusted_on})


def packet(meeting: CommitteeMeeting) -> bytes:
    """The whole packet as one tagged PDF: agenda, every document, and the cases' attachments
    embedded as originals. Merging files would drop the tags, so it is rendered as one. What is
    marked as secret, or may not be opened, is listed and left out."""
    items = list(
        meeting.items.filter(withdrawn_on=None).select_related("document").order_by("order")
    )
    made_at = meeting.packet_frozen_at or max(
        (item.added_at for item in items), default=clock.now()
    )
    files = Attachment.objects.filter(
        case_id__in=[item.case_id for item in items if item.case_id], removed_on=None
    ).order_by("received_at", "pk")
    rows = [_in_packet(item, number, files) for number, item in enumerate(items, 1)]
    context = {
        "meeting": meeting,
        "municipality": settings.MUNICIPALITY,
        "items": rows,
        "has_files": any(row["files"] for row in rows),
    }
    return documents.html_to_pdf(
        render_to_string("documents/packet.html", context),
        f"Utskick {meeting.held_on}",
        made_at,
        # Both variants keep the tags and take files. PDF/A-3 alone says what an embedded file is
        # to the document, and the packet is kept.
        documents.TO_KEEP,
        files=[
            (f"{file['label']} {file['name']}", file["file"])
            for row in rows
            for file in row["files"]
            if file["how"] == EMBEDDED
        ],
    )[0]


def _in_packet(item: AgendaItem, number: int, files: Iterable[Attachment]) -> dict[str, Any]:
    """A line of the agenda as the packet shows it, with its document's text and its files."""
    own = [file for file in files if item.case_id and file.case_id == item.case_id]
    return {
        "number": number,
        "title": item.title,
        "is_late": item.is_late,
        "text": documents.body(item.document) if item.document else "",
        "files": [
            {
                "label": f"Bilaga {number}.{place}",
                "name": file.name,
                "file": file.file,
                "how": _how(file),
            }
            for place, file in enumerate(own, 1)
        ],
    }


def _how(file: Attachment) -> str:
    if file.secrecy:
        return "Sekretessmarkerad, lämnas särskilt"
    return EMBEDDED if file.may_be_opened else "Inte genomsökt efter virus, lämnas inte"


def _log(meeting: CommitteeMeeting, name: str, act: Act, values: dict[str, Any]) -> None:
    log.record(f"meeting:{meeting.pk}", name, act, subject=meeting, values=values)
