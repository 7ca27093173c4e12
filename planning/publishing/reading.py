"""The plan as it stands, as it was settled, and what differs. Constant numbers of queries."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Prefetch, QuerySet

from planning.models import DayPlan, PlanVersion, Visit, VisitService, VisitStaff
from planning.models.plans import FIELD_GROUPS
from planning.plan import groups
from planning.publishing import rules
from planning.publishing.rules import Difference, Said


def visits_of(plan: DayPlan) -> QuerySet[Visit]:
    """Every visit of a plan, removed ones as well, with all that is said of them: three queries."""
    staff = VisitStaff.objects.select_related("shift__carer")
    contents = VisitService.objects.select_related("service")
    return plan.visits.select_related("client").prefetch_related(
        Prefetch("staff", staff), Prefetch("contents", contents)
    )


def snapshot(plan: DayPlan) -> dict[str, dict[str, Any]]:
    """What a version keeps of each visit, by its id: what receivers get, and every group of fields,
    so that it can be restored."""
    return {
        str(visit.pk): {
            "sent": rules.content(visit),
            "groups": {group: groups.read(visit, group) for group in FIELD_GROUPS},
        }
        for visit in visits_of(plan)
    }


def sent(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Said]:
    """What receivers get of a version's content."""
    return {visit: row["sent"] for visit, row in kept.items()}


def last_version(plan: DayPlan) -> PlanVersion | None:
    """The plan as it was last settled."""
    return plan.versions.order_by("-number").first()


def published_version(plan: DayPlan) -> PlanVersion | None:
    """The plan as it last went out."""
    return plan.versions.exclude(published_at=None).order_by("-number").first()


def pending(plan: DayPlan) -> Difference:
    """What a publication would tell: what stands now against what last went out. Four queries."""
    now = {str(visit.pk): rules.content(visit) for visit in visits_of(plan)}
    return rules.difference(known(published_version(plan), now), now)


def state_words(plan: DayPlan) -> str:
    """How far the plan has come: it is published only when nothing of it waits to go out (BRD-04)."""
    if plan.state != DayPlan.State.PUBLISHED or not (waiting := len(pending(plan))):
        return str(plan.state_label)
    return "1 ändring inte publicerad" if waiting == 1 else f"{waiting} ändringar inte publicerade"


def known(version: PlanVersion | None, now: Mapping[str, Said]) -> dict[str, Said]:
    """What a version says of the visits that are in the plan `now`. One that has moved to another
    unit's plan is not removed: that plan tells of it (PLN-21)."""
    before = sent(version.content) if version else {}
    return {visit: said for visit, said in before.items() if visit in now}
