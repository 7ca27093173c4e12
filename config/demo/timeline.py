"""A timeline: what happened on which day, carried out in order with the sweeps of each day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from cases import calendar, ledger
from procurement.applications.jobs import end_passed_correction_periods
from procurement.duties import jobs as duties

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@dataclass
class Timeline:
    """Deeds by day; `run` carries them out from the first day to `today`."""

    today: date
    deeds: list[tuple[date, int, Callable[[datetime], None]]] = field(default_factory=list)

    def on(self, day: date, deed: Callable[[datetime], None]) -> None:
        """Something that happens on `day`; what is added first happens first."""
        self.deeds.append((day, len(self.deeds), deed))

    def ago(self, days: int, deed: Callable[[datetime], None]) -> None:
        """Something that happened `days` days ago."""
        self.on(calendar.add_days(self.today, -days), deed)

    def run(self) -> None:
        """Carry everything out, day by day."""
        waiting = sorted(self.deeds, key=lambda deed: deed[:2])
        if not waiting:
            return
        day = waiting[0][0]
        while day <= self.today:
            for minute, (_, _, deed) in enumerate(d for d in waiting if d[0] == day):
                deed(moment(day, 9, minute % 60))
            at = moment(day, 6, 0)
            ledger.sweep(at)
            end_passed_correction_periods(at)
            if (
                calendar.days_between(day, self.today) % 7 == 0
            ):  # the wheel turns slowly; once a week is enough
                duties.run(at)
            day = calendar.add_days(day, 1)


def moment(day: date, hour: int, minute: int) -> datetime:
    """An instant of a day in Sweden."""
    return datetime.combine(day, time(hour, minute), tzinfo=STOCKHOLM)
