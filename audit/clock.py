"""The one place that asks what time it is. Everything else takes the time as an argument.

In demo mode *Demodatum* moves the clock ahead, so that a visitor can watch deadlines come.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from audit.models import DemoDate


def real_now() -> datetime:
    """The time it is, whatever *Demodatum* says (aware, UTC)."""
    return timezone.now()


def now() -> datetime:
    """The time that the product goes by: real, or moved by *Demodatum* in demo mode."""
    return real_now() + timedelta(days=demo_days()) if settings.DEMO_MODE else real_now()


def today() -> date:
    """The day that the product goes by, in Europe/Stockholm."""
    return local_date(now())


def local_date(at: datetime) -> date:
    """The day in Europe/Stockholm on which the instant `at` falls."""
    return timezone.localtime(at).date()


def day_before(day: date) -> date:
    """The day before `day`: the last day of what ends when something new begins on `day`."""
    return day - timedelta(days=1)


def demo_days() -> int:
    """How many days *Demodatum* is ahead of the real date."""
    return DemoDate.objects.filter(pk=1).values_list("days_ahead", flat=True).first() or 0


def set_demo_days(days_ahead: int) -> None:
    """Move *Demodatum*. Raises ValueError outside demo mode and for a day already passed."""
    if not settings.DEMO_MODE:
        raise ValueError("Demodatum finns bara i demoläge.")
    if days_ahead < demo_days():
        raise ValueError("Demodatum kan bara flyttas framåt. Välj ett senare datum.")
    DemoDate.objects.update_or_create(pk=1, defaults={"days_ahead": days_ahead})
