"""Documents: reproducible, tagged, locked; what is missing is listed and never printed as blank."""

import io
import subprocess
from datetime import date

import pikepdf
import pytest

from cases import committee, documents
from cases.commands import Blocked
from cases.models import CommitteeMeeting, Document
from procurement.applications.commands.committee import PutOnAgenda
from tests.factories import at
from tests.procurement.routine import MEETING, application_in, put_on_agenda

pytestmark = pytest.mark.django_db


def text_of(pdf: bytes) -> str:
    done = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def structure(pdf: bytes) -> set[str]:
    """The tags that the document uses."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert str(opened.Root.Lang).startswith("sv")
        return {
            str(thing.S)
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and "/S" in thing and "/P" in thing
        }


def rejected() -> Document:
    r = application_in("decided")
    r.notify(at(date(2026, 4, 20)), "post")
    return r.application.documents.get(kind="notice_rejection")


def test_the_notice_of_rejection_says_why_and_how_to_seek_correction_and_until_when():
    """LOV-11: given Mon 20 Apr + 3 weeks = Mon 11 May 2026."""
    text = text_of(documents.content(rejected()))
    assert "er ansökan har inte godkänts" in text
    assert "Kraven är inte uppfyllda." in text
    assert "Så ansöker ni om rättelse" in text
    assert "måndag 11 maj 2026" in text
    assert "Förvaltningsrätten i Sjövik" in text
    assert "10 kap. lagen (2008:962) om valfrihetssystem" in text


def test_the_notice_of_approval_speaks_of_the_contract_and_not_of_correction():
    """LOV-11"""
    r = application_in("committee")
    put_on_agenda(r)
    r.decide(at(date(2026, 4, 16)), "approved", 41)
    r.notify(at(date(2026, 4, 20)))
    document = r.application.documents.get(kind="notice_approval")
    text = text_of(documents.content(document))
    assert "har godkänts" in text
    assert "teckna avtal utan dröjsmål" in text
    assert "ansöker om rättelse" not in text
    assert "förvaltningsrätt" not in text.lower()
    assert r.application.state == "approved"


def test_the_same_document_gives_the_same_bytes_in_both_variants():
    """CAP-09"""
    document = rejected()
    for variant in ("pdf/ua-1", "pdf/a-3a"):
        assert documents.pdf(document, variant) == documents.pdf(document, variant)


def test_a_sent_document_is_tagged_and_so_is_its_archive_copy():
    """CAP-09"""
    document = rejected()
    with document.archive_file.open() as archive:
        for pdf in (documents.content(document), archive.read()):
            assert {"/H1", "/H2", "/P", "/L"} <= structure(pdf)


def test_a_locked_document_keeps_its_bytes_whatever_happens_to_its_facts():
    """CAP-09"""
    document = rejected()
    before = documents.content(document)
    document.facts["company"] = "Ett annat namn"
    document.save()
    documents.lock_document(document, at(date(2026, 5, 1)))
    assert documents.content(document) == before


def test_a_missing_fact_is_marked_in_the_preview_and_stops_the_document():
    """CAP-09, LOV-10"""
    r = application_in("committee")
    r.application.economic_consequences = ""
    r.application.save()
    assert [gap.label for gap in documents.gaps(r.application, "decision_proposal")] == [
        "Ekonomiska konsekvenser"
    ]
    page = documents.preview(r.application, "decision_proposal", "2026-03-26")
    assert '<mark class="kv-gap">text saknas</mark>' in page
    with pytest.raises(ValueError, match="Ekonomiska konsekvenser"):
        documents.make(r.application, "decision_proposal", None, at(date(2026, 3, 26)))
    meeting = CommitteeMeeting.objects.create(held_on=MEETING, documents_due=date(2026, 3, 27))
    with pytest.raises(Blocked, match="Ekonomiska konsekvenser i tjänsteskrivelsen"):
        r.do(PutOnAgenda(meeting=meeting), "development-strategist", at(date(2026, 3, 26)))


def test_the_packet_holds_every_document_in_order_and_the_originals():
    """CAP-09"""
    r = application_in("committee")
    meeting = put_on_agenda(r)
    committee.add_item(meeting, "Månadsuppföljning", at(date(2026, 3, 30)), None)
    secret = r.application.attachments.first()
    secret.secrecy = "31:16"
    secret.save()
    pdf = committee.packet(meeting)
    text = text_of(pdf)
    assert "Handlingar till sammanträdet onsdag 15 april 2026" in text
    assert text.index("ansökan om att bli utförare") < text.index("Månadsuppföljning")
    assert "Månadsuppföljning (sent ärende)" in text
    assert "Tjänsteskrivelse" in text
    assert {"/H1", "/P", "/Table"} <= structure(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        names = list(opened.attachments)
    assert len(names) == r.application.attachments.count() - 1
    assert not any(str(secret.pk) in name for name in names)
    assert committee.packet(meeting) == pdf
