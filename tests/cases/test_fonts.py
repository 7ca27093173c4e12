"""Names in any alphabet print in documents, in the bundled typefaces alone. Requirement DAY-06."""

import hashlib
import io
import re
import struct
import threading
import xml.etree.ElementTree as ET
from datetime import date

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from cases import documents, fonts
from cases.models import Case
from tests.cases.test_documents import text_of
from tests.factories import at
from tests.procurement.routine import application_in, put_on_agenda

MADE = at(date(2026, 4, 20))
PAGE = (
    '<!doctype html><html lang="sv"><head><meta charset="utf-8"><title>Prov</title>'
    '<link rel="stylesheet" href="css/paper.css"></head>'
    "<body><h1>{0}</h1><p>{0}&emsp;<b>{0}</b></p></body></html>"
)
ALPHABETS = {
    "Ančić Łukasz Şahin Yıldız Ğ Ștefan Đorđe Nguyễn": [],
    "Жанна Щербакова": [],
    "Ελένη Παππά": [],
    "陈伟 龍 田中さくら": ["Han"],
    "김철수": ["Hangul"],
    "مريم": ["Signs"],
    "שרה": ["Signs"],
    "Հայկ ნინო": ["Signs"],
    "สมชาย": ["Thai"],
    "ሰላም": ["Ethiopic"],
    "अनिता": ["Devanagari"],
    "→ ☐ ✓ ⚠": ["Signs"],
}
"""Names, and the families beside Source Sans that have their signs."""


def pdf_of(name: str) -> bytes:
    return documents.html_to_pdf(PAGE.format(name), "Prov", MADE, documents.TO_SEND)[0]


def typefaces(pdf: bytes) -> set[str]:
    """The families that are embedded."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        names = {
            str(thing.FontName).partition("+")[2]
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == "/FontDescriptor"
        }
    return {re.sub(r"(-Semi)?(-Bold)?$", "", name) for name in names}


def glyphs_of(font: pikepdf.Object) -> int:
    """How many glyphs the embedded part of a typeface has."""
    file = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    return TTFont(io.BytesIO(file))["maxp"].numGlyphs


def empty_boxes(pdf: bytes) -> int:
    """How many drawn glyphs the typeface does not have: number 0, or beyond its last."""
    count = 0
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            known = {name: glyphs_of(font) for name, font in page.Resources.Font.items()}
            last = 0
            for operands, operator in pikepdf.parse_content_stream(page, "Tf TJ"):
                if str(operator) == "Tf":
                    last = known[str(operands[0])]
                    continue
                shown = b"".join(bytes(s) for s in operands[0] if isinstance(s, pikepdf.String))
                glyphs = struct.unpack(f">{len(shown) // 2}H", shown)
                count += sum(not 0 < glyph < last for glyph in glyphs)
    return count


@pytest.mark.parametrize(("name", "families"), ALPHABETS.items())
def test_a_name_in_any_alphabet_prints_in_bundled_typefaces_and_without_an_empty_box(
    name, families
):
    """DAY-06"""
    pdf = pdf_of(name)
    assert typefaces(pdf) == {"Kundval-Sans", *(f"Kundval-{family}" for family in families)}
    assert empty_boxes(pdf) == 0
    assert "inte kan skrivas ut" not in text_of(pdf)


def test_a_sign_that_no_bundled_typeface_has_stands_with_its_code_and_a_note_says_so():
    """DAY-06: Bengali is not bundled; its four signs and one for private use are said."""
    pdf = pdf_of("বাংলা \ue000 Ek")
    said = text_of(pdf)
    assert "[U+09AC][U+09BE][U+0982][U+09B2][U+09BE] [U+E000] Ek" in said
    assert said.count("Ett tecken som inte kan skrivas ut står med sin kod i Unicode:") == 1
    assert "[U+0982], [U+09AC], [U+09B2], [U+09BE], [U+E000]." in said
    assert empty_boxes(pdf) == 0
    assert typefaces(pdf) == {"Kundval-Sans"}


def test_an_unprepared_page_would_have_empty_boxes(monkeypatch):
    """DAY-06: the count of empty boxes counts: one sign in a heading, a paragraph and in bold."""
    monkeypatch.setattr(fonts, "prepared", lambda page: page)
    assert empty_boxes(pdf_of("\ue000")) == 3


def test_spaces_joins_and_choices_of_form_need_no_typeface():
    """DAY-06"""
    pdf = pdf_of("a\u2003b\u200bc\u00add\ufe0f e\u202ff")
    assert (typefaces(pdf), empty_boxes(pdf)) == ({"Kundval-Sans"}, 0)


def test_the_bytes_are_the_same_whatever_the_machine_has_and_the_thread_printed_before(
    monkeypatch, tmp_path
):
    """DAY-06"""
    conf = tmp_path / "fonts.conf"
    conf.write_text("<fontconfig><dir>/usr/share/fonts</dir></fontconfig>")
    here = [pdf_of(name) for name in ALPHABETS]
    there = []

    def print_backwards() -> None:
        there.extend(pdf_of(name) for name in reversed(ALPHABETS))

    monkeypatch.setenv("FONTCONFIG_FILE", str(conf))
    thread = threading.Thread(target=print_backwards)
    thread.start()
    thread.join()
    assert here == there[::-1]


@pytest.mark.django_db
def test_a_letter_to_a_company_with_a_foreign_name_has_no_empty_box():
    """DAY-06"""
    r = application_in("committee")
    Case.objects.filter(pk=r.application.pk).update(title="Łukasz Ğ & 陈 Omsorg AB")
    put_on_agenda(r)
    r.decide(MADE, "approved", 41)
    r.notify(MADE)
    letter = documents.content(r.application.documents.get(kind="notice_approval"))
    assert "Łukasz Ğ & 陈 Omsorg AB" in text_of(letter)
    assert typefaces(letter) == {"Kundval-Sans", "Kundval-Han"}
    assert empty_boxes(letter) == 0


def test_fonts_conf_names_the_families_in_the_order_that_they_are_sought():
    """DAY-06"""
    conf = ET.parse(fonts.VENDOR.parents[1] / "cases/fonts.conf")
    assert [row.text for row in conf.iter("string")] == ["Kundval Sans", *fonts.MORE]
    assert not list(conf.iter("dir"))


def test_every_weight_has_the_signs_that_the_first_has():
    """DAY-06"""
    weights = sorted((fonts.VENDOR / "source-sans-3").glob("*.ttf"))
    assert len(weights) == 3
    assert {fonts._signs_of(str(path)) for path in weights} == {fonts._signs_of(fonts.FIRST)}


def test_every_sign_of_the_templates_can_be_printed():
    """DAY-06"""
    root = fonts.VENDOR.parents[1]
    text = "".join(path.read_text() for path in (root / "templates").rglob("*.html"))
    assert fonts._needed(frozenset(text))[1] == []


def test_the_vendored_files_are_those_that_were_fetched():
    """DAY-06"""
    listed = [line.split() for line in (fonts.VENDOR / "SHA256SUMS").read_text().splitlines()]
    there = {
        str(path.relative_to(fonts.VENDOR))
        for path in fonts.VENDOR.rglob("*")
        if path.suffix in (".ttf", ".woff2")
    }
    assert {name for _, name in listed} == there
    for checksum, name in listed:
        assert hashlib.sha256((fonts.VENDOR / name).read_bytes()).hexdigest() == checksum
