"""Who the outbox sends to of what the engine writes."""

from cases import mailing
from cases.outbox import Party


def parties() -> tuple[Party, ...]:
    """The municipality's mail server."""
    return (mailing.party(),)
