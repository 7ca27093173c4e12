"""The records that every process has: case, deadline, journal, document, message, committee."""

from cases.models.case import (
    Case,
    CaseNumber,
    CaseUserObjectPermission,
    ConflictOfInterest,
    SavedFilter,
    Setting,
)
from cases.models.committee import AgendaItem, CommitteeMeeting, CommitteeMember, MemberConflict
from cases.models.deadline import Deadline, DeadlineExtension, DeadlineSuspension, FiredRung
from cases.models.document import Attachment, Document, JournalNote
from cases.models.message import Notification, Outgoing, OutgoingMail
from cases.models.record import Record
from cases.models.tasks import Awaited, CaseProcess, CaseTask

__all__ = [
    "AgendaItem",
    "Attachment",
    "Awaited",
    "Case",
    "CaseNumber",
    "CaseProcess",
    "CaseTask",
    "CaseUserObjectPermission",
    "CommitteeMeeting",
    "CommitteeMember",
    "ConflictOfInterest",
    "Deadline",
    "DeadlineExtension",
    "DeadlineSuspension",
    "Document",
    "FiredRung",
    "JournalNote",
    "MemberConflict",
    "Notification",
    "Outgoing",
    "OutgoingMail",
    "Record",
    "SavedFilter",
    "Setting",
]
