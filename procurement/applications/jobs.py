"""What happens to applications by time alone."""

from datetime import datetime

from audit import clock
from door.performing import perform
from door.refusals import Refused
from procurement.applications.commands.committee import BecomeFinal
from procurement.applications.models import ProviderApplication
from procurement.applications.rules import CORRECTION


def end_passed_correction_periods(at: datetime) -> int:
    """End every case whose correction period has passed without an application. Returns how many.

    A period that has passed is a fact, not a decision: the committee has decided (CAP-16).
    """
    today = clock.local_date(at)
    ended = 0
    passed = ProviderApplication.objects.filter(
        state=ProviderApplication.State.CORRECTION_PERIOD,
        deadlines__rule=CORRECTION.code,
        deadlines__met_on=None,
        deadlines__cancelled_on=None,
        deadlines__due__lt=today,
    )
    for case in passed:
        try:
            perform(case, BecomeFinal(), None, at=at)
            ended += 1
        except Refused:
            continue  # someone acted in between; the next run looks again
    return ended
