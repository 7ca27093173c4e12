"""Cells as spreadsheets write them (DAY-05, findings part 2, row 15)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.staffing import cells

anything = st.text(alphabet=st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("", 0), ("0", 0), ("30", 30), ("30 min", 30), ("30 minuter", 30), ("30,00", 30), ("00:30", 30),
        ("0:30", 30), ("00:30:00", 30), ("0,5", 30), ("0.5", 30), ("0,75", 45), ("1,5", 90), ("1 h", 60),
        ("0,5 tim", 30), ("0,0208333333", 30), ("45.0", 45),
    ],
)  # fmt: skip
def test_a_break_is_read_in_minutes_hours_or_as_a_time(said, minutes):
    """DAY-05: half an hour is 30 minutes, and 0.0208333333 of a day's 1,440 minutes are 30."""
    assert cells.break_minutes(said) == minutes


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("x", "Skriv rasten i hela minuter, till exempel 30."),
        ("-5", "Skriv rasten i hela minuter, till exempel 30."),
        ("²", "Skriv rasten i hela minuter, till exempel 30."),
        ("9" * 4301, "Skriv rasten i hela minuter, till exempel 30."),
        ("1,00", "1,00 kan vara minuter eller timmar. Skriv rasten i hela minuter, till exempel 30."),
        ("0.30", "0.30 kan vara minuter eller timmar. Skriv rasten i hela minuter, till exempel 30."),
        ("30,5", "30,5 kan vara minuter eller timmar. Skriv rasten i hela minuter, till exempel 30."),
        ("0,33 h", "0,33 h är inga hela minuter. Skriv rasten i hela minuter, till exempel 30."),
    ],
)  # fmt: skip
def test_a_break_that_could_be_two_things_is_refused_with_what_to_write(said, message):
    """DAY-05"""
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is what is tested
        cells.break_minutes(said)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("07:00:00", "07:00"), ("07.00.00", "07:00"), ("0,2916666667", "07:00"), ("7", "7"),
        ("07:00:30", "07:00:30"), ("0,5", "0,5"), ("x", "x"),
    ],
)  # fmt: skip
def test_a_time_is_read_without_its_seconds_of_nought(said, shown):
    """DAY-05: 7 of 24 hours are 0.2916666667 of a day."""
    assert cells.clock(said) == shown


def test_cells_in_quotes_may_hold_tabs_lines_and_quotes():
    """DAY-05: as Excel copies them."""
    text = 'Anna\t"Berg\tEk"\t\'07:00\r\n"två\nrader"\t"sa ""hej"""\t5" bred'
    assert list(cells.table(text)) == [
        (1, ["Anna", "Berg Ek", "07:00"]),
        (2, ["två rader", 'sa "hej"', '5" bred']),
    ]


def test_a_quotation_mark_that_stands_alone_swallows_no_row():
    """DAY-05"""
    assert list(cells.table('a;"b;c\nd;e;f')) == [(1, ["a", '"b', "c"]), (2, ["d", "e", "f"])]


@given(anything)
def test_any_text_is_a_table_and_any_cell_a_break_or_a_refusal(said):
    """DAY-05"""
    for _, row in cells.table(said):
        assert all("\n" not in cell and "\t" not in cell for cell in row)
    cells.clock(said)
    with suppress(ValueError):
        assert cells.break_minutes(said) >= 0
