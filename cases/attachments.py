"""Files that come in: size and type checked by content, kept outside the web root, scanned.

Requirement CAP-18 (attachments of applications), BEY-14 (secrecy marking).
"""

import hashlib
import socket
import zipfile
from datetime import date, datetime

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from cases.models import Attachment, Case
from organisation.models import User

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
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
    if _content_type(upload) != ACCEPTED[ending]:
        raise ValidationError(
            f"Innehållet i {upload.name} är inte det som filnamnet säger. "
            "Spara filen på nytt i rätt format och försök igen."
        )
    return ACCEPTED[ending]


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
    kind = filetype.guess_mime(head) or ""
    if kind == "application/zip" or kind in (WORD, EXCEL):
        return _office_type(upload)
    return kind


def _office_type(upload: UploadedFile) -> str:
    """Office files are zip archives; what lies in them tells which."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return ""
    finally:
        upload.seek(0)
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return ""
    return WORD if "word/document.xml" in names else EXCEL if "xl/workbook.xml" in names else ""


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
