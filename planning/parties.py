"""Who the outbox sends to of what planning writes."""

from cases.outbox import Party
from planning.extras import notices
from planning.publishing import delivery


def parties() -> tuple[Party, ...]:
    """The receivers of published plans, and the social workers' system."""
    return (*delivery.parties(), notices.party())
