"""The act of a request: the one place that says for whom the person of a page acts. CAP-08."""

from collections.abc import Collection

from audit.act import Act
from organisation.request import Request


def act_of(request: Request, roles: Collection[str], unit_path: str = "") -> Act:
    """What the person does by one of `roles` in the unit (empty: anywhere).

    It is their own act when they hold such a role themselves, or need none; only as a substitute do
    they act for who is absent.
    """
    return request.actor.act(request.at, roles, unit_path)
