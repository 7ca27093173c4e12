"""Working time against counts made minute by minute, and against worked cases. BEY-05, BEY-06."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import daytime
from planning.staffing import rules, working_time
from planning.staffing.working_time import Limits, Work

MONDAY = date(2026, 11, 23)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
MINUTES_A_DAY = 24 * 60


def work(day: date, start: str, end: str, rest: int = 30, **more) -> Work:
    """A shift as clocks show it."""
    times, begins = rules.times(day, start, end, rest), rules.absolute(day, 0)
    return Work(
        day,
        begins + times.start,
        begins + times.end,
        times.break_minutes,
        begins + times.break_earliest,
        begins + times.break_latest,
        **more,
    )


def codes(*rows: Work, weekly_minutes: int = 0, **limits) -> list[str]:
    found = working_time.breaches(rows, weekly_minutes, Limits(**limits))
    return [breach.code for breach in found]


def test_eleven_hours_between_two_shifts_is_enough_and_a_minute_less_is_not():
    """BEY-05: 22:00 to 09:00 is 11 hours."""
    evening = work(MONDAY, "14:00", "22:00")
    assert codes(evening, work(MONDAY + timedelta(days=1), "09:00", "16:00")) == []
    early = working_time.breaches([evening, work(MONDAY + timedelta(days=1), "08:59", "16:00")])
    assert [(row.code, row.day) for row in early] == [("daily_rest", MONDAY)]
    assert early[0].text == (
        "Dygnsvilan är 10 timmar 59 minuter efter passet. Den ska vara minst 11 timmar "
        "(arbetstidslagen 13 §)."
    )


def test_a_collective_agreement_may_set_another_daily_rest():
    """BEY-05"""
    rows = (work(MONDAY, "14:00", "22:00"), work(MONDAY + timedelta(days=1), "07:00", "12:00", 0))
    assert codes(*rows) == ["daily_rest"]
    assert codes(*rows, daily_rest_hours=9) == []


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 20:00 to 07:00 by the clock is 11 hours, but 10 when the night loses one.
        (SPRING, ["daily_rest"]),
        (AUTUMN, []),
        (date(2026, 5, 10), []),
    ],
)
def test_the_night_when_clocks_change_is_as_long_as_it_is(day, expected):
    """BEY-05, BEY-06"""
    before = day - timedelta(days=1)
    assert codes(work(before, "12:00", "20:00"), work(day, "07:00", "12:00", 0)) == expected


def test_six_long_days_leave_no_weekly_rest_but_five_do():
    """BEY-05: Monday to Saturday 07-16 and Sunday 12-16 leave at most 20 hours."""
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    week = [work(day, "07:00", "16:00") for day in days[:6]]
    assert codes(*week[:5]) == []
    sunday = work(days[6], "12:00", "16:00", 0)
    assert codes(*week, sunday) == ["weekly_rest"]
    assert codes(*week) == ["weekly_rest"]  # Saturday 16:00 to midnight on Sunday is 32 hours


def test_more_than_five_hours_without_a_break_is_shown():
    """BEY-05, ATL 15 §"""
    assert codes(work(MONDAY, "07:00", "12:00", 0)) == []
    assert codes(work(MONDAY, "07:00", "12:01", 0)) == ["break"]
    assert codes(work(MONDAY, "07:00", "17:30", 30)) == []
    assert codes(work(MONDAY, "07:00", "17:31", 30)) == ["break"]


def test_two_shifts_that_touch_are_one_stretch_without_a_break():
    """BEY-05: lent from one unit to another at noon."""
    morning, noon = work(MONDAY, "07:00", "11:00", 0), work(MONDAY, "11:00", "14:00", 0)
    assert codes(morning, noon) == ["break"]
    assert codes(morning, work(MONDAY, "11:30", "14:00", 0)) == []


def test_more_hours_than_employed_for_is_shown_and_paid_by_the_hour_is_not():
    """BEY-05: five times 8 h 30 is 42 h 30."""
    week = [work(MONDAY + timedelta(days=n), "07:00", "16:00") for n in range(5)]
    assert codes(*week, weekly_minutes=40 * 60) == ["weekly_hours"]
    assert codes(*week, weekly_minutes=42 * 60 + 30) == []
    assert codes(*week, weekly_minutes=0) == []


@pytest.mark.parametrize(
    ("days_before", "expected"),
    [(14, []), (13, ["late_notice"]), (0, ["late_notice"]), (-1, [])],
)
def test_notice_is_given_two_weeks_ahead(days_before, expected):
    """BEY-05, ATL 12 §; what is written down afterwards is no notice."""
    told = MONDAY - timedelta(days=days_before)
    assert codes(work(MONDAY, "07:00", "12:00", 0, noticed_on=told)) == expected


def test_a_shift_that_is_not_worked_breaks_nothing():
    """BEY-05: sick from the first minute."""
    begins = rules.absolute(MONDAY, 420)
    assert codes(Work(MONDAY, begins, begins, noticed_on=MONDAY)) == []


@st.composite
def rosters(draw, most: int = 10):
    """Shifts of one carer around a day, often a night when clocks change; none collide."""
    first = draw(st.sampled_from([SPRING, AUTUMN, MONDAY])) - timedelta(
        days=draw(st.integers(0, 7))
    )
    rows: list[Work] = []
    for _ in range(draw(st.integers(1, most))):
        day = first + timedelta(days=draw(st.integers(0, 9)))
        start = draw(st.integers(0, 1379))
        minutes = draw(st.integers(30, 14 * 60))
        rest = draw(st.sampled_from([0, 0, 20, 30, 60]))
        begins = rules.absolute(day, 0) + start
        window = rules.break_window(start, start + minutes, rest)
        shifted = [rules.absolute(day, 0) + minute for minute in window]
        row = Work(day, begins, begins + minutes, rest if rest < minutes else 0, *shifted)
        if all(row.end <= other.start or other.end <= row.start for other in rows):
            rows.append(row)
    return sorted(rows, key=lambda row: row.start)


def worked_minutes(rows) -> set[int]:
    return {minute for row in rows for minute in range(row.start, row.end)}


def longest_run(minutes, wanted) -> int:
    """The longest run of minutes for which `wanted` holds."""
    longest = run = 0
    for minute in minutes:
        run = run + 1 if wanted(minute) else 0
        longest = max(longest, run)
    return longest


@given(rosters())
def test_daily_rest_is_what_a_count_of_minutes_says(rows):
    """BEY-05"""
    busy = worked_minutes(rows)
    short = {
        row.day
        for row in rows
        if row.start - 1 not in busy
        and longest_run(
            range(row.start, row.start + MINUTES_A_DAY), lambda minute: minute not in busy
        )
        < 11 * 60
    }
    found = [row for row in working_time.breaches(rows) if row.code == "daily_rest"]
    assert sorted(row.day for row in found) == sorted(short)


@given(rosters())
def test_weekly_rest_is_what_a_count_of_minutes_says(rows):
    """BEY-05, BEY-06: a week is 167, 168 or 169 hours."""
    busy = worked_minutes(rows)
    short = set()
    for monday in {working_time.monday_of(row.day) for row in rows}:
        week = range(
            int(daytime.midnight(monday).timestamp()) // 60,
            int(daytime.midnight(monday + timedelta(days=7)).timestamp()) // 60,
        )
        if longest_run(week, lambda minute: minute not in busy) < 36 * 60:
            short.add(monday)
    found = [row for row in working_time.breaches(rows) if row.code == "weekly_rest"]
    assert {working_time.monday_of(row.day) for row in found} == short
    assert len(found) == len(short)


@given(rosters(most=1), st.integers(60, 400))
def test_a_break_suffices_when_some_start_of_it_does(rows, longest):
    """BEY-05"""
    row = rows[0]
    window = working_time._break_window(row)
    starts = range(window[0], window[1] + 1) if window else []
    by_hand = row.end - row.start <= longest or any(
        begins - row.start <= longest and row.end - begins - row.break_minutes <= longest
        for begins in starts
    )
    # A break that must start too late to help is no excuse for the time before it.
    assert working_time.holds_breaks([row], longest) == by_hand


@given(rosters())
def test_weekly_hours_are_the_minutes_worked_less_the_breaks(rows):
    """BEY-05"""
    weeks: dict[date, int] = {}
    for row in rows:
        monday = working_time.monday_of(row.day)
        weeks[monday] = weeks.get(monday, 0) + len(range(row.start, row.end)) - row.break_minutes
    over = {monday for monday, minutes in weeks.items() if minutes > 1200}
    found = [row for row in working_time.breaches(rows, 1200) if row.code == "weekly_hours"]
    assert {working_time.monday_of(row.day) for row in found} == over


def test_working_time_and_rules_never_import_django():
    """They are pure: they can be read and tried by themselves."""
    import subprocess
    import sys

    code = "import sys, planning.staffing.working_time as w; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
