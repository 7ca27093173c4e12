"""Documents: reproducible, tagged, locked; what is missing is listed and never printed as blank."""

import hashlib
import html
import io
import re
import subprocess
from datetime import date
from typing import Any

import pikepdf
import pytest

from audit.act import Act
from cases import committee, documents
from cases.models import Attachment, CommitteeMeeting, Document
from cases.process import document_kinds
from cases.templatetags import letters
from door.refusals import Blocked
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


def names_of(pdf: bytes) -> list[str]:
    """The embedded files, as a reader names them."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [file.filename for file in opened.attachments.values()]


SENDER = {
    "name": "Sjövik kommun", "administration": "Socialförvaltningen",
    "address": "Rådhustorget 1, 000 00 Sjövik", "mail": "post@sjovik.example",
}  # fmt: skip
FACTS = {
    "number": "LOV-2026-0001", "registry_no": "SN 2026/0377", "handler": "Samira Norrgren",
    "sender": SENDER, "date": "2026-04-20", "company": "Fyrbåken Omsorg AB",
    "company_address": "Strandgatan 3, 000 00 Sjövik", "arrived_on": "2026-03-02",
    "complete_on": "2026-03-09", "specification": 7, "assignment": "Omvårdnad och service",
    "areas": ["Sjövik Norr", "Sjövik Söder", "Skären"], "capacity": 400,
    "committee": "Socialnämnden", "recommendation": "approve", "reasons": "Skälen.",
    "exclusion_ground": "", "proportionality": "", "steps": [], "negotiations": [],
    "completions": [], "outcome": "approved", "paragraph": 42, "decided_on": "2026-04-15",
    "decision_reasons": "Skälen.", "secretary": "Per Älvnäs", "given_on": "2026-04-20",
    "last_day": "2026-05-11", "court": "Förvaltningsrätten i Sjövik, Box 1, 000 00 Sjövik",
}  # fmt: skip
EXCLUDED = {
    "outcome": "excluded", "recommendation": "exclude", "complete_on": "", "areas": [],
    "capacity": "", "exclusion_ground": "5. Skatter eller socialförsäkringsavgifter",
    "proportionality": "Skulden är stor.",
}  # fmt: skip


def letter(kind: str, **facts: Any) -> str:
    """The words of a document that has exactly these facts."""
    document = Document(
        kind=kind,
        title=document_kinds()[kind].title,
        facts={**FACTS, **facts},
        created_at=at(date(2026, 4, 20)),
    )
    page = re.sub(r"(?s)<head>.*</head>|<[^>]+>", " ", documents.html(document))
    return re.sub(r" ([.,:)])", r"\1", " ".join(html.unescape(page).split()))


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
    assert "10 kap. 1–3 §§ lagen (2008:962) om valfrihetssystem" in text
    assert "inom tre veckor från den dag då denna underrättelse lämnades, 20 april 2026" in text


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
    stored = [document.file.read(), document.archive_file.read()]
    page = documents.html(document)
    for variants in ([documents.TO_SEND, documents.TO_KEEP], [documents.TO_SEND]):
        again = documents.html_to_pdf(page, document.title, document.created_at, *variants)
        assert again == stored[: len(variants)]


def test_a_sent_document_is_tagged_and_so_is_its_archive_copy():
    """CAP-09"""
    document = rejected()
    with document.archive_file.open() as archive:
        for pdf in (documents.content(document), archive.read()):
            assert {"/H1", "/H2", "/P", "/L"} <= structure(pdf)
            with pikepdf.open(io.BytesIO(pdf)) as opened:
                assert opened.Root.StructTreeRoot
                assert opened.Root.ViewerPreferences.DisplayDocTitle
                assert opened.docinfo["/Title"] == "Underrättelse om beslut: inte godkänd"


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


def test_a_document_whose_text_would_have_a_gap_is_not_made():
    """CAP-09: also when the fact is needed in this outcome alone."""
    r = application_in("committee")
    r.application.capacity_ceiling_hours = None
    r.application.save()
    assert documents.gaps(r.application, "decision_proposal") == []
    with pytest.raises(ValueError, match="kapacitetstak saknas"):
        documents.make(r.application, "decision_proposal", None, at(date(2026, 3, 26)))
    assert not r.application.documents.filter(kind="decision_proposal").exists()


def test_a_preview_says_that_it_is_one_and_follows_the_content_policy():
    """CAP-09"""
    r = application_in("committee")
    page = documents.preview(r.application, "notice_rejection", "2026-03-26")
    assert "Förhandsvisning" in page
    assert '<mark class="kv-gap">beslut saknas</mark>' in page
    assert "godkänts" not in page
    assert "/static/css/paper.css" in page
    assert not re.search(r"<style|<script| style=| on[a-z]+=", page)


def test_an_exclusion_names_the_point_of_the_law_and_why_it_is_proportionate():
    text = letter("notice_rejection", **EXCLUDED)
    assert "utesluta Fyrbåken Omsorg AB och inte godkänna företaget som utförare" in text
    ground = (
        "7 kap. 1 § första stycket 5 lagen (2008:962) om valfrihetssystem "
        "(skatter eller socialförsäkringsavgifter)"
    )
    assert ground in text
    assert "Skulden är stor." in text
    assert "har prövats mot" not in text
    assert "Så ansöker ni om rättelse" in text
    for kind in ("decision_proposal", "decision_extract", "mbl_basis"):
        assert ground in letter(kind, **EXCLUDED), kind
        assert "kapacitetstak" not in letter(kind, **EXCLUDED), kind


def test_an_application_assessed_as_it_stood_is_said_not_to_be_complete():
    rounds = [
        [1, "2026-03-05", "", "Kom inte in"],
        [2, "2026-03-20", "2026-04-06", "Kom in för sent"],
    ]
    text = letter("notice_rejection", outcome="rejected", complete_on="", completions=rounds)
    assert "kom in den 2 mars 2026 och har inte blivit komplett." in text
    assert "omgång 1, begärdes den 5 mars 2026 och kom inte in." in text
    assert (
        "omgång 2, begärdes den 20 mars 2026 och kom in den 6 april 2026, efter sista dagen."
        in text
    )


def test_an_approval_says_what_it_covers():
    text = letter("decision_extract")
    assert (
        "Socialnämnden godkänner Fyrbåken Omsorg AB som utförare av omvårdnad och service" in text
    )
    assert "i Sjövik Norr, Sjövik Söder och Skären, med ett kapacitetstak på 400 timmar" in text
    assert "Protokollet justerat Inte när utdraget gjordes" in text


def test_conflicts_and_reservations_stand_in_the_extract():
    text = letter(
        "decision_extract", reservations="Maj Ekholm (B).", conflicts=[["Stig Alvar", "delägare"]]
    )
    assert "Reservationer Maj Ekholm (B)." in text
    assert "Stig Alvar deltog inte i handläggningen av ärendet på grund av jäv" in text


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ett.\n\nTvå.", "<p>Ett.</p><p>Två.</p>"),
        ("Krav:\r\n1. A\r\n2. B", "<p>Krav:</p><ol><li>A</li><li>B</li></ol>"),
        ("1. A\n\n2. B", "<ol><li>A</li><li>B</li></ol>"),
        ("- A\n– B", "<ul><li>A</li><li>B</li></ul>"),
        ("4. A\n6. B", "<p>4. A<br>6. B</p>"),
        ("<b>A</b> & B", "<p>&lt;b&gt;A&lt;/b&gt; &amp; B</p>"),
    ],
)
def test_typed_text_keeps_its_paragraphs_and_numbers(typed, shown):
    assert letters.prose(typed) == shown


def test_the_packet_holds_every_document_in_order_and_the_originals():
    """CAP-09"""
    r = application_in("committee")
    meeting = put_on_agenda(r)
    committee.add_item(meeting, "Månadsuppföljning", Act.by_system(at(date(2026, 3, 30))))
    secret, waiting, clean = r.application.attachments.order_by("received_at", "pk")
    secret.secrecy, waiting.scan = "31:16", Attachment.Scan.WAITING
    secret.save()
    waiting.save()
    pdf = committee.packet(meeting)
    text = text_of(pdf)
    assert "Handlingar till sammanträdet onsdag 15 april 2026" in text
    assert "1. Fyrbåken Omsorg AB, ansökan om att bli utförare, sidan 2" in text
    assert "2. Månadsuppföljning Sent ärende" in text
    assert text.index("Månadsuppföljning") < text.index("Tjänsteskrivelse")
    assert text.index("Tjänsteskrivelse") < text.index("Lämnas Bilaga 1.1")
    assert "Sekretessmarkerad, lämnas särskilt" in text
    assert "Inte genomsökt efter virus, lämnas inte" in text
    assert names_of(pdf) == [f"Bilaga 1.3 {clean.name}"]
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        (file,) = opened.attachments.values()
        embedded = file.get_file().read_bytes()
        assert hashlib.sha256(embedded).hexdigest() == clean.sha256
        with opened.open_outline() as outline:
            assert [row.title for row in outline.root] == [
                "Handlingar till sammanträdet onsdag 15 april 2026",
                "1. Fyrbåken Omsorg AB, ansökan om att bli utförare",
                "Bilagor till ärendena",
            ]
    assert {"/H1", "/P", "/Table", "/TH", "/Link"} <= structure(pdf)
    assert committee.packet(meeting) == pdf
