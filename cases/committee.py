"""The committee's meetings: what stands on the agenda, and the packet. Requirement CAP-09."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.template.loader import render_to_string

from audit import clock, log
from audit.act import Act
from cases import documents
from cases.models import AgendaItem, Attachment, Case, CommitteeMeeting, Document

EMBEDDED = "Inbäddad i dokumentet"


def add_item(
    meeting: CommitteeMeeting,
    title: str,
    act: Act,
    *,
    case: Case | None = None,
    document: Document | None = None,
) -> AgendaItem:
    """Put a case, or a matter in words, last on the agenda, as part of what is done with the case.

    In the caller's transaction, which holds the meeting from here on: nothing slips past the freezing
    of its packet, and who saw the agenda before is told that it has changed.
    """
    meeting = CommitteeMeeting.objects.select_for_update().get(pk=meeting.pk)
    item = new_item(meeting, title, act, case=case, document=document)
    meeting.step_version()
    log.record(
        meeting.chain,
        "agenda_item_added",
        act,
        subject=meeting,
        values={"version": meeting.version, "item": item.pk, "late": item.is_late},
    )
    return item


def new_item(
    meeting: CommitteeMeeting,
    title: str,
    act: Act,
    *,
    case: Case | None = None,
    document: Document | None = None,
) -> AgendaItem:
    """A line last on the agenda of a meeting that is held, marked late when the packet is frozen or
    the day for documents has passed."""
    last = meeting.items.aggregate(last=Max("order"))["last"] or 0
    return AgendaItem.objects.create(
        meeting=meeting,
        order=last + 1,
        title=title,
        added_at=act.at,
        is_late=bool(meeting.packet_frozen_at) or act.day > meeting.documents_due,
        case_id=case.pk if case else None,
        document=document,
    )


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
