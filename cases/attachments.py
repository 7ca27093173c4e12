"""Files that come in: size and type checked by content, kept outside the web root, scanned.

Requirement CAP-18 (attachments of applications), BEY-14 (secrecy marking).
"""

import hashlib
import socket
from datetime import date, datetime

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import FileField

from cases import readers
from cases.models import Attachment, Case
from cases.readers import EXCEL, PDF, WORD
from organisation.models import User

OFFICE = {WORD, EXCEL}
ARCHIVES = {*OFFICE, "application/zip"}
"""What the first bytes of an office file may say; which kind it is, its parts tell."""
ACCEPTED = {
    "pdf": PDF,
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "docx": WORD,
    "xlsx": EXCEL,
}
"""Ending -> the type that the content must be."""
_CHUNK = 1024 * 1024


def teach() -> None:
    """Let every field that takes a file ask for one that a reader opens, whoever declares it."""
    FileField.default_validators = [_acceptable]


def _acceptable(upload: UploadedFile) -> None:
    check(upload)


def check(upload: UploadedFile) -> str:
    """The content type of an acceptable file. Raises ValidationError in Swedish."""
    limit = settings.ATTACHMENT_MAX_BYTES // _CHUNK
    size = upload.size or 0
    if size > settings.ATTACHMENT_MAX_BYTES:
        raise ValidationError(
            f"{upload.name} är {size // _CHUNK} MB. En fil får vara högst {limit} MB. "
            "Dela upp den eller spara den med lägre upplösning."
        )
    if not size:
        raise ValidationError(f"{upload.name} är tom. Välj filen igen.")
    ending = (upload.name or "").rsplit(".", 1)[-1].lower()
    if ending not in ACCEPTED:
        raise ValidationError(
            f"{upload.name} kan inte tas emot. Skicka PDF, Word, Excel, PNG eller JPEG."
        )
    wanted, found = ACCEPTED[ending], _content_type(upload)
    if found != wanted and not (wanted in OFFICE and found in ARCHIVES):
        raise ValidationError(
            f"Innehållet i {upload.name} är inte det som filnamnet säger. "
            "Spara filen på nytt i rätt format och försök igen."
        )
    try:
        readers.open_with_reader(upload, size, wanted)
    except readers.Unreadable as error:
        raise ValidationError(f"{upload.name} {error}") from error
    return wanted


def receive(
    case: Case,
    upload: UploadedFile,
    sender: User,
    at: datetime,
    *,
    requirement: str = "",
    issued_on: date | None = None,
    expires_on: date | None = None,
) -> Attachment:
    """Keep an uploaded file with its hash. Raises ValidationError when it is not acceptable."""
    content_type = check(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks(_CHUNK):
        digest.update(chunk)
    upload.seek(0)
    waiting = bool(settings.CLAMAV_ADDRESS)
    return Attachment.objects.create(
        case_id=case.pk,
        requirement=requirement,
        name=upload.name or "fil",
        content_type=content_type,
        size=upload.size or 0,
        sha256=digest.hexdigest(),
        file=upload,
        issued_on=issued_on,
        expires_on=expires_on,
        scan=Attachment.Scan.WAITING if waiting else Attachment.Scan.NOT_CONFIGURED,
        received_at=at,
        received_from=sender,
    )


def scan_waiting() -> int:
    """Scan what waits with the ClamAV daemon. Returns how many were scanned.

    A file stays closed while the daemon cannot be reached.
    """
    count = 0
    for row in Attachment.objects.filter(scan=Attachment.Scan.WAITING):
        found = _infected(row)
        row.scan = Attachment.Scan.INFECTED if found else Attachment.Scan.CLEAN
        row.save(update_fields=["scan"])
        count += 1
    return count


def _content_type(upload: UploadedFile) -> str:
    head = upload.read(8192)
    upload.seek(0)
    return filetype.guess_mime(head) or ""


def _infected(row: Attachment) -> bool:
    """Ask the daemon over its INSTREAM protocol."""
    host, _, port = settings.CLAMAV_ADDRESS.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=60) as server, row.file.open() as file:
        server.sendall(b"zINSTREAM\0")
        while chunk := file.read(_CHUNK):
            server.sendall(len(chunk).to_bytes(4, "big") + chunk)
        server.sendall(b"\0\0\0\0")
        answer = server.recv(4096).decode(errors="replace").rstrip("\0\n")
    if answer.endswith("OK"):
        return False
    if answer.endswith("FOUND"):
        return True
    raise ConnectionError(f"ClamAV answered: {answer}")
