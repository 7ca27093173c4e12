"""What a person may do on a given day, by their own roles and as a substitute. SEC-01, CAP-08."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q

from audit.act import Act
from organisation.models import PRACTICE, DelegationRule, RoleAssignment, Substitution, User
from organisation.roles import OUTSIDE_ROLES, Role


@dataclass(frozen=True)
class Holding:
    """A role in a unit (with all below it), one's own or held for someone absent."""

    role: str
    unit_path: str
    provider_id: int | None
    on_behalf_of: User | None = None

    def covers(self, unit_path: str) -> bool:
        """Whether the unit lies in, or below, the unit in which the role is held."""
        return bool(self.unit_path) and unit_path.startswith(self.unit_path)


@dataclass(frozen=True)
class Actor:
    """A person on a day, with everything they hold. Own roles come before those held for others."""

    user: User
    day: date
    holdings: tuple[Holding, ...] = field(default=())

    def holding(self, roles: Collection[str], unit_path: str) -> Holding | None:
        """The first holding that gives one of `roles` in the unit, or None."""
        return next(
            (held for held in self.holdings if held.role in roles and held.covers(unit_path)), None
        )

    def held(self, roles: Collection[str], unit_path: str = "") -> Holding | None:
        """The first holding that gives one of `roles` in the unit (empty: anywhere), or None."""
        if unit_path:
            return self.holding(roles, unit_path)
        return next((held for held in self.holdings if held.role in roles), None)

    def act(self, at: datetime, roles: Collection[str], unit_path: str = "") -> Act:
        """What the person does, or tries, by one of `roles` in the unit (empty: anywhere).

        Of what they hold, that which comes nearest says for whom; what is their own comes first.
        """
        held = min(
            self.holdings,
            key=lambda held: (held.role not in roles, not held.covers(unit_path)),
            default=None,
        )
        return Act(self.user, held.on_behalf_of if held else None, at)

    def has_role(self, *roles: str) -> bool:
        """Whether one of `roles` is held anywhere."""
        return any(held.role in roles for held in self.holdings)

    def practising(self, wanted: bool) -> "Actor":
        """The person with what they hold in practice units alone, or outside them alone (BEY-17)."""
        held = tuple(h for h in self.holdings if h.unit_path.startswith(PRACTICE) == wanted)
        return replace(self, holdings=held)

    @property
    def is_practising(self) -> bool:
        """Whether everything that is held is held in a practice unit."""
        held = [holding.unit_path.startswith(PRACTICE) for holding in self.holdings]
        return bool(held) and all(held)

    @property
    def roles(self) -> list[Role]:
        """The roles held today, each once, own ones first."""
        return list(dict.fromkeys(Role(held.role) for held in self.holdings))

    @property
    def is_outside(self) -> bool:
        """Whether the person holds no role inside the municipality."""
        return all(held.role in OUTSIDE_ROLES for held in self.holdings)

    def unit_paths(self, roles: Collection[str]) -> list[str]:
        """The paths of the units in which one of `roles` is held."""
        return sorted({held.unit_path for held in self.holdings if held.role in roles} - {""})

    @property
    def acts_for(self) -> set[int]:
        """The person and those they stand in for (user ids)."""
        absent = {held.on_behalf_of.pk for held in self.holdings if held.on_behalf_of}
        return absent | {self.user.pk}

    @cached_property
    def delegated(self) -> frozenset[str]:
        """What one of the roles may decide by the delegation of authority; read once."""
        rules = DelegationRule.objects.on(self.day).filter(role__in=self.roles)
        return frozenset(rules.values_list("code", flat=True))

    @property
    def provider_ids(self) -> set[int]:
        """The providers whose people this person belongs to."""
        return {held.provider_id for held in self.holdings if held.provider_id}


def actor_on(user: User, day: date) -> Actor:
    """The person with what they hold on `day`: one query, whatever they hold."""
    if not user.is_active:
        return Actor(user, day)
    absent = Substitution.objects.on(day).filter(substitute=user, absent__is_active=True)
    rows = (
        RoleAssignment.objects.on(day)
        .filter(Q(user=user) | Q(user__in=absent.values("absent")))
        .select_related("unit", "user")
        .order_by("pk")
    )
    holdings = [
        Holding(
            row.role,
            row.unit.path if row.unit else "",
            row.provider_id,
            None if row.user_id == user.pk else row.user,
        )
        for row in rows
        # Representing a company is personal: it does not pass to a substitute.
        if row.user_id == user.pk or row.role not in OUTSIDE_ROLES
    ]
    return Actor(user, day, tuple(sorted(holdings, key=lambda held: held.on_behalf_of is not None)))


def delegates(code: str, day: date) -> set[str]:
    """The roles that may decide `code` on `day` by the delegation of authority."""
    return set(DelegationRule.objects.on(day).filter(code=code).values_list("role", flat=True))


def holders(role: str, unit_path: str, day: date) -> list[User]:
    """The active people who hold `role` for the unit on `day`, and those who stand in for them."""
    units = [unit_path[: place + 1] for place, sign in enumerate(unit_path) if sign == "/"]
    own = User.objects.filter(
        is_active=True,
        pk__in=RoleAssignment.objects.on(day)
        .filter(role=role, unit__path__in=units)
        .values("user_id"),
    )
    standing_in = User.objects.filter(
        is_active=True,
        pk__in=Substitution.objects.on(day).filter(absent__in=own).values("substitute_id"),
    )
    return list((own | standing_in).distinct())
