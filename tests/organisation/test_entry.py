"""Text, numbers, days and keys at the one door through which all input comes (DAY-04, DAY-05)."""

import json
import re
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from door import entry

anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("Anna\vBerg", "Anna Berg"),  # Word's line break
        ("  Anna \t  Berg ", "Anna Berg"),
        ("Anna\u00a0Berg", "Anna Berg"),
        ("A\x00nna", "Anna"),
        ("\u202egpj.Anna\u202c", "gpj.Anna"),  # overrides that turn the reading direction
        ("\u2066Anna\u2069", "Anna"),
        ("A\u030asa", "Åsa"),  # A and a ring become one sign
        ("\ud800Anna", "Anna"),
        ("Anna\ufffe\U0001fffe", "Anna"),
        ("Sha\u200cfi", "Sha\u200cfi"),  # what joins letters is kept
        ("陈 Ольга", "陈 Ольга"),
        ("", ""),
    ],
)
def test_a_line_is_one_line_of_signs_that_can_be_seen(said, line):
    """DAY-05"""
    assert entry.line(said) == line


def test_text_keeps_its_lines_and_tabs():
    """DAY-05"""
    assert entry.text(" Ett\r\ntvå\rtre\vfyra\tfem\x1b \n") == "Ett\ntvå\ntre\nfyra\tfem"


@given(anything)
def test_cleaning_twice_is_the_same_as_once_and_leaves_nothing_unseen(said):
    """DAY-05"""
    once = entry.clean(said)
    assert entry.clean(once) == once
    assert not set(once) & set("\x00\x07\v\f\r\x1b\x7f\x85\u2028\u202e\u2066\u200f\ufeff\ufffe")
    once.encode("utf-8")
    assert "\n" not in entry.line(said)


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("0", 0), ("007", 7), ("9223372036854775807", 2**63 - 1), ("9223372036854775808", None),
        ("²", None), ("٣", None), ("１", None), ("-1", None), ("1.5", None), (" 1", None), ("", None),
        ("9" * 4301, None), (None, None), (7, None),
    ],
)  # fmt: skip
def test_a_whole_number_is_written_with_0_to_9_and_fits_the_database(said, number):
    """DAY-05, findings part 2, row 20"""
    assert entry.whole_number(said) == number
    assert entry.number(said) == (number or 0)


@given(anything)
def test_any_text_is_a_number_that_fits_or_none(said):
    """DAY-05"""
    number = entry.whole_number(said)
    assert number is None or 0 <= number <= 2**63 - 1


@pytest.mark.parametrize(
    "said",
    [
        "2026-12-18", "20261218", "2026/12/18", "18.12.2026", "18/12/2026", " 2026-12-18 ",
        "2026-12-18 00:00:00", "2026-12-18T00:00:00", "2026-12-18 00:00", "\u200e2026-12-18",
    ],
)  # fmt: skip
def test_a_day_is_read_however_a_spreadsheet_writes_it(said):
    """DAY-05, findings part 2, row 15"""
    assert entry.day(said) == date(2026, 12, 18)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("", "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-23."),
        ("26-12-18", "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-23."),
        ("46374", "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-23."),
        ("2026-12-18 07:00:00", "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2026-11-23."),
        ("2026-02-30", "Dagen 2026-02-30 finns inte. Rätta den."),
        ("03/04/2026", "03/04/2026 kan vara två olika dagar. Skriv ÅÅÅÅ-MM-DD, till exempel 2026-04-03."),
    ],
)  # fmt: skip
def test_a_day_that_is_none_or_could_be_two_is_refused_with_what_to_write(said, message):
    """DAY-05"""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is what is tested
        entry.day(said)
    assert str(refusal.value) == message


def test_a_spreadsheets_number_of_a_day_is_that_day():
    """DAY-05: day 1 is 1 January 1900, and day 46374 is 2026-12-18."""
    assert entry.day_or_serial("46374") == date(2026, 12, 18)
    assert entry.day_or_serial("2026-12-18") == date(2026, 12, 18)


@given(st.one_of(anything, st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")))
def test_any_text_is_a_day_or_a_refusal_in_swedish(said):
    """DAY-05"""
    try:
        answer = str(entry.day_or_serial(said))
    except ValueError as refusal:
        answer = str(refusal)
    assert re.match(r"\d{4}-\d\d-\d\d$|Skriv dagen|Dagen .* finns inte|.* kan vara två", answer)


@given(st.dates(date(1000, 1, 1)))
def test_every_day_is_read_back_as_it_is_written(day):
    """DAY-05"""
    assert entry.day(day.isoformat()) == day
    assert entry.day(f"{day:%d.%m.%Y}") == day


@pytest.mark.parametrize(
    ("day", "fault"),
    [
        (date(2006, 1, 1), ""),
        (date(2046, 12, 31), ""),
        (date(26, 11, 24), "Året 26 kan inte stämma. Skriv årtalet med fyra siffror, från 2006 till 2046."),
        (date(2047, 1, 1), "Året 2047 kan inte stämma. Skriv årtalet med fyra siffror, från 2006 till 2046."),
    ],
)  # fmt: skip
def test_a_year_more_than_20_years_off_is_not_meant(day, fault):
    """DAY-04, findings part 2, row 10"""
    assert entry.year_fault(day, date(2026, 11, 24), 20, 20) == fault


def test_a_list_in_json_is_read():
    """DAY-05"""
    assert entry.json_list("[1, null]") == [1, None]
    assert entry.integer(12) == 12


@pytest.mark.parametrize(
    "said", ["", "{}", "1", "[Infinity]", "[NaN]", "[1] []", "[" * 100_000, "[" + "9" * 5000 + "]"]
)
def test_what_is_no_list_in_json_is_refused_however_deep(said):
    """DAY-05, findings part 2, row 20"""
    with pytest.raises(ValueError):  # noqa: PT011 - any of them will do
        entry.json_list(said)


@pytest.mark.parametrize("said", ["1", 1.5, True, None, [], 2**63])
def test_what_is_no_whole_number_of_a_list_is_refused(said):
    """DAY-05"""
    with pytest.raises(ValueError, match="No whole number"):
        entry.integer(said)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_json_is_a_list_or_a_refusal(said):
    """DAY-05"""
    with suppress(ValueError):
        assert isinstance(entry.json_list(json.dumps(said)), list)


def test_a_key_that_is_too_long_is_the_same_shorter_key_each_time():
    """DAY-05, findings part 2, row 20: a key of more than 64 signs."""
    assert entry.key("0f8b-12_Z") == "0f8b-12_Z"
    assert entry.key("") == entry.key(None) == ""
    long = entry.key("x" * 65)
    assert long == entry.key("x" * 65) != entry.key("x" * 66)
    assert len(long) == 32
    assert len(entry.key("x" * 40, 36)) == 32


@given(anything, st.sampled_from([36, 64]))
def test_any_key_fits_its_column_and_stays_what_it_is(said, longest):
    """DAY-05"""
    key = entry.key(said, longest)
    assert len(key) <= longest
    assert entry.key(key, longest) == key
    assert bool(key) == bool(said)
