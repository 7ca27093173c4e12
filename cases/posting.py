"""Sending a message to another system over HTTP, and seeing its key come back. PLN-16, EXT-01."""

from collections.abc import Mapping
from typing import Any

import requests

from cases.outbox import NotAcknowledged, Unreachable

TIMEOUT = 10
"""Seconds that a receiver has to answer."""
BY_ITSELF = "nytt försök görs av sig självt"
ASK_THEM = "be den som sköter mottagaren att rätta det, så går det fram vid nästa försök"


def post(
    url: str, message: Mapping[str, Any], session: requests.Session, *, token: str = ""
) -> None:
    """Send a message and see its key come back. Raises Unreachable or NotAcknowledged."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = session.post(
            url, json=message, headers=headers, timeout=TIMEOUT, allow_redirects=False
        )
    except requests.Timeout:
        raise Unreachable(f"Mottagaren svarade inte i tid: {BY_ITSELF}.") from None
    except requests.RequestException:
        raise Unreachable(f"Mottagaren går inte att nå: {BY_ITSELF}.") from None
    if answer.status_code >= 500:
        raise Unreachable(f"Mottagaren är ur funktion (svar {answer.status_code}): {BY_ITSELF}.")
    if not 200 <= answer.status_code < 300:
        raise NotAcknowledged(
            f"Mottagaren tog inte emot det (svar {answer.status_code}): {ASK_THEM}."
        )
    if _key_in(answer) != message["key"]:
        raise NotAcknowledged(f"Mottagarens kvittens gäller något annat: {ASK_THEM}.")


def _key_in(answer: requests.Response) -> Any:
    try:
        said = answer.json()
    except ValueError:
        return None
    return said.get("key") if isinstance(said, dict) else None
