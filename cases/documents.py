"""Documents from a case's own facts: HTML template -> tagged PDF, versioned, locked at dispatch.

The facts are frozen with the document. The same facts and the same template give the same bytes;
hash and template version are kept. A missing fact is listed and never printed as blank.
Requirements CAP-09, LOV-10.
"""

import hashlib
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from django.template.loader import get_template, render_to_string

from audit import clock
from cases import fonts
from cases.models import Case, Document
from cases.process import document_kinds
from organisation.models import User


@dataclass(frozen=True)
class Gap:
    """A fact that the document needs and the case lacks."""

    name: str
    label: str
    hint: str


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: its template, where its facts come from, and which must be there."""

    code: str
    title: str
    template: str
    facts: Callable[[Any], dict[str, Any]]
    required: tuple[tuple[str, str, str], ...]
    """(name of fact, Swedish label, where it comes from)"""

    def gaps(self, facts: dict[str, Any]) -> list[Gap]:
        """The required facts that are missing."""
        return [
            Gap(name, label, hint)
            for name, label, hint in self.required
            if facts.get(name) in (None, "", [])
        ]


TO_SEND, TO_KEEP = "pdf/ua-1", "pdf/a-3a"
"""Variants of PDF: tagged for every reader, and for the archive."""
GAP = re.compile(r'<mark class="kv-gap">(.*?)</mark>')
"""How a letter marks a missing fact. Typed text is escaped, so it never looks like this."""
_own = threading.local()


def facts_of(case: Case, code: str) -> dict[str, Any]:
    """The facts that a document of the kind would have now."""
    sender = settings.MUNICIPALITY
    return {
        "number": case.number or "",
        "registry_no": case.registry_no,
        "handler": case.responsible.name if case.responsible else "",
        "sender": {key: sender[key] for key in ("name", "administration", "address", "mail")},
        **document_kinds()[code].facts(case),
    }


def gaps(case: Case, code: str) -> list[Gap]:
    """What the case lacks before the document can be made."""
    return document_kinds()[code].gaps(facts_of(case, code))


def make(
    case: Case, code: str, author: User | None, at: datetime, *, lock: bool = False, **more: Any
) -> Document:
    """Make the next version of a document from the case's facts (and `more`), and lock it if told.

    Raises ValueError when a required fact is missing.
    """
    kind = document_kinds()[code]
    facts = {**facts_of(case, code), "date": clock.local_date(at).isoformat(), **more}
    if lacking := kind.gaps(facts):
        raise ValueError("I dokumentet saknas: " + ", ".join(gap.label for gap in lacking))
    if marked := GAP.findall(_page(kind, facts)):
        raise ValueError("I dokumentet saknas: " + ", ".join(marked))
    last = Document.objects.filter(case_id=case.pk, kind=code).order_by("-version").first()
    document = Document.objects.create(
        case_id=case.pk,
        kind=code,
        title=kind.title,
        version=last.version + 1 if last else 1,
        facts=facts,
        template_hash=template_hash(kind),
        created_at=at,
        created_by=author,
    )
    if lock:
        lock_document(document, at)
    return document


def lock_document(document: Document, at: datetime) -> None:
    """Fix the document's bytes: PDF/UA to send, PDF/A to keep. Does nothing when already locked."""
    if document.locked_at:
        return
    page = html(document)
    sent, kept = html_to_pdf(page, document.title, document.created_at, TO_SEND, TO_KEEP)
    document.sha256 = hashlib.sha256(sent).hexdigest()
    document.archive_sha256 = hashlib.sha256(kept).hexdigest()
    document.file.save("", ContentFile(sent), save=False)
    document.archive_file.save("", ContentFile(kept), save=False)
    document.locked_at = at
    document.save()


def content(document: Document) -> bytes:
    """The document's PDF: the fixed bytes when locked, else as it would be now."""
    if document.locked_at:
        with document.file.open() as file:
            return file.read()
    return html_to_pdf(html(document), document.title, document.created_at, TO_SEND)[0]


def html(document: Document) -> str:
    """The document as a page of HTML."""
    return _page(document_kinds()[document.kind], document.facts, title=document.title)


def body(document: Document) -> str:
    """The document's own text without the page around it, for the meeting packet."""
    return html(document).split("<!--body-->")[1].split("<!--/body-->")[0]


def preview(case: Case, code: str, day: str) -> str:
    """The document as it would be now, for the screen, with what is missing marked in the text."""
    kind = document_kinds()[code]
    facts = {**facts_of(case, code), "date": day}
    return _page(kind, facts, on_screen=True)


def _page(kind: DocumentKind, facts: dict[str, Any], **more: Any) -> str:
    return render_to_string(kind.template, {"facts": facts, "title": kind.title, **more})


def html_to_pdf(
    text: str,
    title: str,
    made_at: datetime,
    *variants: str,
    files: Sequence[tuple[str, FieldFile]] = (),
) -> list[bytes]:
    """HTML to a tagged PDF of each variant, from one layout, with its dates fixed to `made_at`.

    The same text gives the same bytes. `files` (name, file) are embedded as they came. A PDF/A is
    named last: its colour profile stays with the layout.
    """
    import weasyprint  # heavy, and needed by few requests

    if not hasattr(_own, "fonts"):  # reading the letter's fonts is most of a page's time
        _own.fonts = fonts.configuration()
    stamp = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = text.replace(
        "</head>",
        f'<meta name="dcterms.created" content="{stamp}">'
        f'<meta name="dcterms.modified" content="{stamp}"></head>',
        1,
    )
    page = weasyprint.HTML(
        string=fonts.prepared(text), base_url=str(settings.ROOT / "static") + "/"
    )
    rendered = page.render(_own.fonts, pdf_tags=True)
    rendered.metadata.title = title
    for name, file in sorted(files, key=lambda row: row[0]):  # the PDF's index has to be in order
        with file.open() as opened:
            rendered.metadata.attachments.append(
                weasyprint.Attachment(
                    string=opened.read(),
                    name=name,
                    created=made_at.astimezone(UTC),
                    modified=made_at.astimezone(UTC),
                    relationship="Supplement",
                )
            )
    identifier = hashlib.sha256(text.encode()).digest()[:16]
    return [
        rendered.write_pdf(pdf_variant=variant, pdf_identifier=identifier) for variant in variants
    ]


def template_hash(kind: DocumentKind) -> str:
    """The version of a kind's template: a hash of its own text, of the parts beside it (`_*.html`),
    of the letter it extends, and of the style sheet."""
    own, letter = (
        Path(get_template(name).origin.name)  # type: ignore[attr-defined]
        for name in (kind.template, "documents/letter.html")
    )
    parts = sorted(own.parent.glob("_*.html"))
    digest = hashlib.sha256()
    for path in (own, *parts, letter, settings.ROOT / "static/css/paper.css"):
        digest.update(path.read_bytes())
    return digest.hexdigest()
