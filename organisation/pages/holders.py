"""Who holds roles today, and who stands in for them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from organisation.models import RoleAssignment, Substitution, User


@dataclass
class Held:
    """Somebody who holds a role, with those who stand in for them that day."""

    user: User
    substitutes: list[Substitution] = field(default_factory=list)


def by_role(roles: Collection[str], day: date) -> dict[str, list[Held]]:
    """The active people of each role on `day`, whatever the unit: two queries. FUP-01."""
    rows = (
        RoleAssignment.objects.on(day)
        .filter(role__in=roles, user__is_active=True)
        .select_related("user")
        .order_by("user__name")
    )
    people: dict[str, dict[int, Held]] = defaultdict(dict)
    for row in rows:
        people[row.role].setdefault(row.user_id, Held(row.user))
    standing_in = defaultdict(list)
    absent = {user_id for held in people.values() for user_id in held}
    for sub in (
        Substitution.objects.on(day)
        .filter(absent__in=absent, substitute__is_active=True)
        .select_related("substitute")
    ):
        standing_in[sub.absent_id].append(sub)
    for held in people.values():
        for user_id, person in held.items():
            person.substitutes = standing_in[user_id]
    return {role: list(people[role].values()) for role in roles}
