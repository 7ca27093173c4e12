"""Times of the clock over midnight and over a change of clocks. DAY-02, DAY-03, BEY-06."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import daytime, windows
from planning.baseplans import outcome
from planning.plan.rules import Away, Life, Period
from planning.windows import Misplaced, Window
from tests.factories import at

SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
LATER_AUTUMN = date(2027, 10, 31)
CHANGES = st.sampled_from((SPRING, AUTUMN, LATER_AUTUMN, date(2026, 3, 29), date(2026, 11, 24)))
SKIPPED = range(120, 180)
"""02:00 to 03:00, which 28 March 2027 does not have."""


def times(day: date, **row) -> tuple[int, int, int]:
    said = outcome.times(
        day, SimpleNamespace(**{"minutes": 30, "lag_min": None, "lag_max": None, **row})
    )
    return said["start"], said["earliest"], said["latest_end"]


def test_the_ends_of_a_window_are_of_the_clock_when_summer_time_begins_and_ends():
    """DAY-03: 01:30 in 01:00-05:00. The short night's 05:00 is minute 240, the long one's 360."""
    row = {"start": 90, "earliest": 60, "latest_end": 300}
    assert times(SPRING, **row) == (90, 60, 240)
    assert times(AUTUMN, **row) == times(LATER_AUTUMN, **row) == (90, 60, 360)
    assert times(date(2026, 11, 24), **row) == (90, 60, 300)


def test_a_window_that_begins_the_evening_before_and_ends_the_day_after_is_set_on_each_day():
    """DAY-03: 00:30 in 23:45-01:15; 17:30 until 00:30 on the day before a change and on its day."""
    assert times(SPRING, start=30, earliest=-15, latest_end=75) == (30, -15, 75)
    late = {"start": 1050, "earliest": 1050, "latest_end": 1470}
    assert times(SPRING, **late) == (990, 990, 1410)  # a day of 23 hours
    assert times(AUTUMN, **late) == (1110, 1110, 1530)  # one of 25
    night = {"start": 1380, "earliest": 1320, "latest_end": 1800}  # 23:00 in 22:00-06:00
    assert times(date(2027, 3, 27), **night) == (1380, 1320, 1740)
    assert times(date(2026, 10, 24), **night) == (1380, 1320, 1860)


def test_a_window_in_the_hour_that_is_skipped_still_holds_its_visit():
    """DAY-03: 02:15 in 02:00-03:00 is 03:15, and the half hour needs until 03:45."""
    assert times(SPRING, start=135, earliest=120, latest_end=180) == (135, 120, 165)
    assert daytime.wall(SPRING, 165) == "03:45"


@given(CHANGES, st.integers(0, 1439), st.integers(1, 240), st.integers(0, 720), st.integers(0, 720))
def test_each_end_is_what_clocks_show_on_its_day_whatever_the_clock_does(
    day, start, minutes, before, after
):
    """DAY-03: by the clock as it was written, but where that time does not exist or the visit needs
    more; and always a window that holds the visit."""
    written = Window(start, max(start - before, daytime.EARLIEST), start + minutes + after)
    found = windows.on_day(day, written, minutes)
    assert found.earliest <= found.start <= found.latest_end - minutes
    for wall, minute in (
        (written.start, found.start),
        (written.earliest, found.earliest),
        (written.latest_end, found.latest_end),
    ):
        days, rest = divmod(wall, 1440)
        on = day + timedelta(days=days)
        skipped = on in (SPRING, date(2026, 3, 29)) and rest in SKIPPED
        stretched = minute == found.start + minutes or minute == found.start
        if not skipped and not stretched:
            shown = daytime.instant(day, minute)
            assert (shown.date(), shown.hour * 60 + shown.minute) == (on, rest)


@given(CHANGES, st.integers(-720, 2160))
def test_a_minute_of_a_day_goes_to_the_clock_and_back(day, minute):
    """DAY-03, BEY-06: but for the hour that comes twice, which is read as the first."""
    back = daytime.from_wall(day, daytime.to_wall(day, minute))
    assert back in (minute, minute - 60)
    assert daytime.wall(day, back) == daytime.wall(day, minute)


@pytest.mark.parametrize(
    ("start", "minutes", "earliest", "latest", "window"),
    [
        (30, 30, 1425, 75, Window(30, -15, 75)),  # 00:30 in 23:45-01:15
        (120, 30, 1320, 360, Window(120, -120, 360)),  # 02:00 in 22:00-06:00
        (1050, 30, None, 30, Window(1050, 1050, 1470)),  # 17:30 until 00:30
        (1380, 30, 1320, 360, Window(1380, 1320, 1800)),  # 23:00 in 22:00-06:00
        (1410, 30, None, 1440, Window(1410, 1410, 1440)),  # until 24:00
        (1410, 30, None, 0, Window(1410, 1410, 1440)),  # until 00:00
        (0, 15, 1410, 30, Window(0, -30, 30)),  # at midnight
        (450, 30, None, None, Window(450, 450, 480)),
    ],
)
def test_a_window_over_midnight_is_read_as_it_is_meant(start, minutes, earliest, latest, window):
    """DAY-03"""
    assert windows.written(start, minutes, earliest, latest) == window


@pytest.mark.parametrize(
    ("start", "earliest", "latest", "field"),
    [
        (630, 645, None, "earliest"),  # 10:30, not before 10:45
        (600, None, 540, "latest_end"),  # 10:00, done by 09:00
        (600, 600, 615, "latest_end"),
        (1110, None, 1080, "latest_end"),  # 18:30, done by 18:00
    ],
)
def test_a_slip_is_refused_and_not_read_as_another_day(start, earliest, latest, field):
    """DAY-03"""
    with pytest.raises(Misplaced) as fault:
        windows.written(start, 30, earliest, latest)
    assert fault.value.field == field


@pytest.mark.parametrize(
    ("wall", "first", "last", "meant"),
    [
        (120, 1320, 1800, 1560),  # 02:00 in 22:00-06:00 of the evening
        (1430, -15, 75, -10),  # 23:50 in 23:45-01:15
        (480, 1050, 1470, 480),  # 08:00 for 17:30-00:30 is the same day's
        (1380, 420, 600, 1380),
    ],
)
def test_a_time_that_is_typed_for_a_night_is_of_that_night(wall, first, last, meant):
    """DAY-03"""
    assert windows.near(wall, first, last) == meant


def test_twenty_four_is_an_end_and_never_a_start():
    """DAY-03: one rule for every field."""
    assert daytime.parse_wall("24:00", is_end=True) == 1440
    with pytest.raises(ValueError, match="Skriv 00:00 och nästa dag i stället för 24:00"):
        daytime.parse_wall("24:00")
    for wrong in ("24:01", "25:00", "7:60", "²:00"):
        with pytest.raises(ValueError, match="Skriv tiden som tt:mm"):
            daytime.parse_wall(wrong, is_end=True)
    assert (daytime.shown(1440), daytime.shown(1470), daytime.shown(-15)) == (
        "24:00",
        "00:30",
        "23:45",
    )


@given(CHANGES, st.integers(-720, 2160), st.integers(-3000, 3000))
def test_a_visit_has_begun_from_the_instant_of_its_start(day, start, seconds):
    """DAY-02: over midnight and over a change of clocks; by instants, not by what clocks show."""
    moment = daytime.instant(day, start).astimezone(UTC) + timedelta(seconds=seconds)
    assert daytime.has_begun(day, start, moment) == (seconds >= 0)
    assert daytime.has_begun(day, start, moment.astimezone(daytime.STOCKHOLM)) == (seconds >= 0)


def test_in_the_hour_that_comes_twice_the_second_time_is_later():
    """DAY-02: at the first 02:30 a visit of the second has not begun. 02:30 is minute 150 and 210."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=daytime.STOCKHOLM)
    assert daytime.has_begun(AUTUMN, 150, first)
    assert not daytime.has_begun(AUTUMN, 210, first)
    assert daytime.has_begun(AUTUMN, 210, first.replace(fold=1))


def test_an_absence_holds_from_its_time_to_its_time():
    """PLN-09, DAY-02: gone at 10:00 on Monday, home at 14:00 on Wednesday."""
    away = Away(date(2026, 11, 23), date(2026, 11, 25), time(10), time(14))
    monday, tuesday, wednesday = (date(2026, 11, day) for day in (23, 24, 25))
    assert [away.covers(monday, minute) for minute in (599, 600, 1439)] == [False, True, True]
    assert away.holds(tuesday)
    assert not away.holds(monday)
    assert [away.covers(wednesday, minute) for minute in (0, 839, 840)] == [True, True, False]
    assert away.covers(monday, 1500)
    assert away.until == at(wednesday, 14)
    whole = Away(monday, monday)
    assert (whole.holds(monday), whole.until) == (True, at(tuesday, 0))
    assert not whole.covers(monday, 1440)


def test_two_absences_may_share_a_day_but_not_a_moment():
    """PLN-09"""
    day = date(2026, 11, 24)
    morning, evening = Away(day, day, None, time(10)), Away(day, None, time(16))
    assert not morning.meets(evening)
    assert evening.meets(Away(day, day))
    assert morning.meets(Away(day, day))


def test_who_has_left_at_midnight_has_no_visit_of_that_night():
    """PLN-09, DAY-02: active until Monday; the night's 01:00 is on Tuesday."""
    monday = date(2026, 11, 23)
    life = Life(Period(date(2020, 1, 1), monday))
    assert life.allows(monday, 1380)
    assert not life.allows(monday, 1500)
