"""What is published is printed by jobs."""

from celery import shared_task

from audit import clock
from planning.models import DayPlan
from planning.publishing import packs


@shared_task
def write_pack(plan: int) -> None:
    """Write a plan's printable pack to its unit's folder."""
    found = DayPlan.objects.select_related("planned_unit").get(pk=plan)
    packs.write(found, clock.now())


@shared_task
def write_packs() -> int:
    """Write the packs of the coming days, each in a job of its own, and take away old ones."""
    today = clock.local_date(clock.now())
    packs.remove_old(today)
    plans = packs.coming(today)
    for plan in plans:
        write_pack.delay(plan)
    return len(plans)


@shared_task
def recover() -> int:
    """Send again the packs that a killed worker had in its hands: each may be written twice, and
    stands once. Returns how many."""
    plans = packs.unwritten(clock.now())
    for plan in plans:
        write_pack.delay(plan)
    return len(plans)
