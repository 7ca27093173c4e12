"""The Swedish calendar against independent expected values, the law's text, and its own rules."""

import ast
import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import calendar

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT.parent / "shared" / "data" / "date_vectors.json"
days = st.dates(date(2005, 1, 1), date(2069, 12, 31))


def test_three_weeks_from_a_thursday_in_december_pass_christmas():
    """CAP-02: 3 Dec + 21 days = 24 Dec, julafton; 25-27 are red or weekend; 28 Dec is Monday."""
    assert calendar.due_date(date(2026, 12, 3), weeks=3) == date(2026, 12, 28)


def test_a_month_that_has_no_such_day_ends_on_its_last_day():
    """CAP-02: 31 Jan + 1 month = 28 Feb 2026, a Saturday, so Monday 2 March (law 1930:173)."""
    assert calendar.due_date(date(2026, 1, 31), months=1, roll=False) == date(2026, 2, 28)
    assert calendar.due_date(date(2026, 1, 31), months=1) == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2026, 6, 19), "Midsommarafton"),
        (date(2026, 12, 24), "Julafton"),
        (date(2026, 12, 31), "Nyårsafton"),
        (date(2026, 5, 14), "Kristi himmelsfärdsdag"),
        (date(2026, 11, 28), "lördag"),
        (date(2026, 11, 29), "söndag"),
        (date(2026, 11, 30), ""),
    ],
)
def test_a_closed_day_is_named(day, name):
    """CAP-02"""
    assert calendar.holiday_name(day) == name
    assert calendar.is_working_day(day) == (name == "")


def test_whit_monday_is_a_working_day_since_2005():
    """CAP-02: law 1989:253"""
    assert calendar.is_working_day(date(2026, 5, 25))


@pytest.mark.skipif(not VECTORS.exists(), reason="the independent vectors lie beside the project")
def test_independent_vectors_agree():
    """CAP-02"""
    day = date.fromisoformat
    vectors = json.loads(VECTORS.read_text())
    for row in vectors["statutory_weeks"]:
        assert calendar.due_date(day(row["start"]), weeks=row["weeks"]) == day(row["due"])
    for row in vectors["statutory_months"]:
        assert calendar.due_date(day(row["start"]), months=row["months"]) == day(row["due"])
    for row in vectors["next_weekday"]:
        assert calendar.next_working_day(day(row["from"])) == day(row["next"])
    for row in vectors["nth_working_day"]:
        year, month = map(int, row["month"].split("-"))
        assert calendar.nth_working_day(year, month, row["n"]) == day(row["date"])


@given(days)
def test_the_next_working_day_is_later_open_and_the_first_such(day):
    """CAP-02"""
    found = calendar.next_working_day(day)
    assert found > day
    assert calendar.is_working_day(found)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days)]
    assert not any(calendar.is_working_day(other) for other in between)


@given(days)
def test_previous_working_day_undoes_next_for_a_working_day(day):
    """CAP-02"""
    day = calendar.roll_forward(day)
    assert calendar.previous_working_day(calendar.next_working_day(day)) == day


@given(days, st.integers(0, 60), st.integers(0, 20), st.integers(0, 24))
def test_a_due_date_is_open_never_early_and_at_most_six_days_rolled(day, d, w, m):
    """CAP-02: the longest row of closed days is Christmas with weekends."""
    plain = calendar.due_date(day, days=d, weeks=w, months=m, roll=False)
    rolled = calendar.due_date(day, days=d, weeks=w, months=m)
    assert calendar.is_working_day(rolled)
    assert 0 <= (rolled - plain).days <= 6


@given(days, st.integers(1, 30))
def test_working_days_before_leaves_that_many_working_days(day, count):
    """CAP-02"""
    start = calendar.working_days_before(day, count)
    open_days = [
        start + timedelta(days=n)
        for n in range((day - start).days)
        if calendar.is_working_day(start + timedelta(days=n))
    ]
    assert len(open_days) == count


def test_no_other_module_does_date_arithmetic():
    """CAP-02: a deadline's date is computed in one place. The outbox counts its waits."""
    allowed = {"cases/calendar.py", "audit/clock.py", "cases/outbox.py", "cases/mailing.py"}
    found = {
        str(path.relative_to(ROOT))
        for app in ("audit", "organisation", "cases", "procurement", "config")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and _uses_timedelta(path)
    }
    assert found <= allowed


def _uses_timedelta(path: Path) -> bool:
    names = {"timedelta", "relativedelta", "monthrange"}
    return any(
        isinstance(node, (ast.Name, ast.alias))
        and (getattr(node, "id", None) in names or getattr(node, "name", None) in names)
        for node in ast.walk(ast.parse(path.read_text()))
    )
