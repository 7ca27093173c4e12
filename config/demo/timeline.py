"""A timeline: what happened on which day, carried out in order with the sweeps of each day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from cases import calendar, ledger
from cases.models import Deadline
from procurement.applications.jobs import end_passed_correction_periods
from procurement.duties import jobs as duties

STOCKHOLM = ZoneInfo("Europe/Stockholm")
Deed = Callable[[datetime], object]


@dataclass
class Timeline:
    """Deeds by day; `run` carries them out from the first day to `today`."""

    today: date
    deeds: list[tuple[date, int, Deed]] = field(default_factory=list)

    def on(self, day: date, deed: Deed) -> None:
        """Something that happens on `day`; what is added first happens first."""
        self.deeds.append((day, len(self.deeds), deed))

    def run(self) -> None:
        """Carry everything out, day by day: what comes by time in the morning, then what people do."""
        waiting = sorted(self.deeds, key=lambda deed: deed[:2])
        done = {day: [row[2] for row in rows] for day, rows in groupby(waiting, lambda row: row[0])}
        day = min(done, default=self.today)
        while day <= self.today:
            self._morning(day)
            for minute, deed in enumerate(done.get(day, ())):
                deed(moment(day, 9 + minute // 60, minute % 60))
            day = calendar.add_days(day, 1)

    def _morning(self, day: date) -> None:
        at = moment(day, 6, 0)
        if Deadline.objects.running().filter(next_rung_on__lte=day).exists():
            ledger.sweep(at)
        end_passed_correction_periods(at)
        # The wheel turns slowly; once a week is enough.
        if calendar.days_between(day, self.today) % 7 == 0:
            duties.run(at)


@dataclass
class Thread:
    """Deeds that follow on one another, on working days: none before the one it follows.

    What would fall after today happens today, so that all of the thread has happened.
    """

    timeline: Timeline
    last: date = date.min
    """The day of the latest deed."""

    def on(self, day: date, deed: Deed) -> None:
        """Something that happens on `day`, or on the first working day after it."""
        wanted = max(calendar.roll_forward(day), self.last)
        self.last = min(wanted, self.timeline.today)
        self.timeline.on(self.last, deed)

    def ago(self, days: int, deed: Deed) -> None:
        """Something that happened `days` days ago."""
        self.on(calendar.add_days(self.timeline.today, -days), deed)

    def after(self, days: int, deed: Deed) -> None:
        """Something that happened `days` days after the deed before."""
        self.on(calendar.add_days(self.last, days), deed)


def moment(day: date, hour: int, minute: int) -> datetime:
    """An instant of a day in Sweden."""
    return datetime.combine(day, time(hour, minute), tzinfo=STOCKHOLM)
