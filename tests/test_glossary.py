"""The glossary binds the code: each identifier stands there, or its row says *later*. One row for a word."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPS = ("audit", "door", "organisation", "cases", "clients", "procurement", "planning", "config")


def rows() -> list[tuple[str, str, str]]:
    """Swedish, English, identifier."""
    lines = (ROOT / "docs" / "glossary.md").read_text().splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| ")]
    found = [tuple(cell.strip() for cell in row) for row in cells]
    return [(sv, en, identifier) for sv, en, identifier in found if sv != "sv"]


def words_of_the_code() -> set[str]:
    text = " ".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))
    return set(re.findall(r"[A-Za-z_]\w*", text))


def test_every_identifier_of_the_glossary_stands_in_the_code_or_comes_later():
    known = words_of_the_code()
    absent = {
        (sv, word)
        for sv, _, identifier in rows()
        if identifier != "later"
        for word in re.findall(r"[A-Za-z_]\w*", identifier)
        if word not in known
    }
    assert absent == set()


def test_a_swedish_word_has_one_row():
    counted = Counter(sv for sv, _, _ in rows())
    assert [sv for sv, count in counted.items() if count > 1] == []
