"""What is too much for one request, and what no cache may keep. SEC-01, SEC-02."""

import io
import time
import zipfile
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases import attachments
from config.demo.routine import PAGE

MEGABYTE = 1024 * 1024
WORD_PARTS = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<document>Hej</document>"}
EXCEL_PARTS = {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>"}


class Bodiless(io.RawIOBase):
    """A body that may not be read."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")


def office(parts: dict[str, str | bytes]) -> bytes:
    """An archive of parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def crowded() -> bytes:
    """An archive of 60,000 empty parts."""
    return office({f"xl/{number}.xml": "" for number in range(60_000)} | EXCEL_PARTS)


def zeros(megabytes: int) -> bytes:
    """A workbook with a sheet of so many zeros."""
    return office(EXCEL_PARTS | {"xl/s.xml": bytes(megabytes * MEGABYTE)})


def unfolding_pdf() -> bytes:
    """A PDF whose table of contents unfolds from 200 kB to 200 MB."""
    packed = zlib.compress(bytes(200 * MEGABYTE), 9)
    return (
        b"%%PDF-1.5\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"5 0 obj<</Type/XRef/Size 70000000/W[1 1 1]/Root 1 0 R/Filter/FlateDecode"
        b"/Length %d>>stream\n%s\nendstream endobj\nstartxref\n50\n%%%%EOF" % (len(packed), packed)
    )


def refused(name: str, content: bytes) -> str:
    """What the sender is told, within a second of a processor."""
    upload = SimpleUploadedFile(name, content)
    began = time.process_time()
    with pytest.raises(ValidationError) as error:
        attachments.check(upload)
    assert time.process_time() - began < 1
    return error.value.messages[0]


def test_a_file_that_no_reader_opens_is_refused():
    """CAP-18, DAY-05"""
    assert "går inte att öppna" in refused("a.pdf", b"%PDF-1.4".ljust(40))
    assert "går inte att öppna" in refused("a.png", b"\x89PNG\r\n\x1a\n".ljust(40))
    assert "går inte att öppna" in refused("a.docx", office(EXCEL_PARTS))
    assert "går inte att öppna" in refused("a.docx", office(WORD_PARTS)[:-30])
    torn = WORD_PARTS | {"word/document.xml": "<document>"}
    assert "går inte att öppna" in refused("a.docx", office(torn))


def test_a_file_with_macros_is_refused():
    """CAP-18"""
    assert "makron" in refused("a.xlsx", office(EXCEL_PARTS | {"xl/vbaProject.bin": "x"}))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.xlsx", crowded, "fler än 2000 delar"),
        ("a.xlsx", lambda: zeros(200), "för stor"),
        ("a.xlsx", lambda: zeros(9), "för stor"),
        ("a.pdf", unfolding_pdf, "går inte att öppna"),
        ("a.pdf", lambda: b"%PDF-1.4\n" + b"1 0 obj<<>>endobj\n" * 600_000, "går inte att öppna"),
    ],
    ids=["60000-parts", "200-mb", "9-mb", "pdf-200-mb", "pdf-of-nothing"],
)
def test_a_file_that_would_unfold_is_refused_within_a_second(name, content, told):
    """CAP-18, DAY-05"""
    assert told in refused(name, content())


def test_what_readers_open_is_accepted():
    """CAP-18"""
    assert attachments.check(SimpleUploadedFile("a.pdf", PAGE)) == "application/pdf"
    for name, parts in (("a.docx", WORD_PARTS), ("a.xlsx", EXCEL_PARTS)):
        kind = attachments.check(SimpleUploadedFile(name, office(parts)))
        assert kind == attachments.ACCEPTED[name[2:]]


@pytest.mark.django_db
def test_a_body_that_no_form_sends_is_refused_before_it_is_read(client):
    """SEC-01"""
    answer = client.generic(
        "POST",
        reverse("account_login"),
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(200 * MEGABYTE),
        **{"wsgi.input": Bodiless()},
    )
    assert answer.status_code == 413
    assert "högst 5 MB" in answer.content.decode()


@pytest.mark.django_db
def test_those_who_are_logged_in_may_send_four_of_the_largest_files(admin_user, rf):
    """SEC-01"""
    client = Client()
    client.force_login(admin_user)
    ok, too_much = (
        client.generic(
            "POST", reverse("account_login"), content_type="text/plain", CONTENT_LENGTH=str(size)
        ).status_code
        for size in (100 * MEGABYTE, 100 * MEGABYTE + 1)
    )
    assert ok != 413
    assert too_much == 413


@pytest.mark.django_db
def test_no_cache_keeps_a_page(client):
    """SEC-02"""
    answer = client.get(reverse("account_login"))
    assert "no-store" in answer["Cache-Control"]
