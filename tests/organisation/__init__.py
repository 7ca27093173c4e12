"""Tests of the organisation."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event

CHANGED = "har ändrats sedan du öppnade sidan"
"""What is told of a page that is older than what it changes (CAP-05)."""


def queries_of(client: Client, address: str) -> int:
    """How many queries a page costs. Whom it shows is kept the first time they are shown together."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def refusals(chain: str) -> list[str]:
    """What was refused in a chain, in its words."""
    events = Event.objects.filter(chain__name=chain, kind=Event.Kind.REFUSAL).order_by("seq")
    return [event.values.values["message"] for event in events.select_related("values")]
