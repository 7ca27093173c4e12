"""Who may do what with a client, and its line in the client's log.

Requirements PLN-04, SEC-01, SEC-02, SEC-03, BEY-03.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import BaseForm
from django.shortcuts import get_object_or_404

from audit import log
from audit.act import Act
from clients.models import PROTECTED, READERS, Client
from door.filled import plain
from organisation import acting
from organisation.authority import Actor
from organisation.models import Unit
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role

PLANNERS = frozenset({Role.PLANNER, Role.UNIT_MANAGER, Role.NIGHT_HEAD})
"""They edit base plans, absences, care contacts and wishes, and take in orders."""
ORDERERS = PLANNERS | {Role.SOCIAL_WORKER, Role.FIRST_SOCIAL_WORKER}
"""They edit particulars, decisions and orders; a planner may, since a company's orders come on paper."""
NURSES = frozenset({Role.NURSE, Role.RESPONSIBLE_NURSE, Role.CHIEF_NURSE})
"""They order health care."""
PERSONAL = frozenset(
    {
        "identity_number",
        "reserve_number",
        "reserve_system",
        "name",
        "address",
        "latitude",
        "longitude",
        "entry",
        "phone",
    }
)


def units_of(actor: Actor, roles: Collection[str] = READERS) -> models.QuerySet[Unit]:
    """The units in which one of `roles` is held."""
    within = models.Q(pk__in=[])
    for path in actor.unit_paths(roles):
        within |= models.Q(path__startswith=path)
    return Unit.objects.filter(within)


def client_of(request: Request, pk: int, roles: Collection[str] = READERS) -> Client:
    """The client: 404 for whom the person may not see, 403 for who sees but may not do this.

    A page about them is a reading, and is logged (SEC-02).
    """
    found = Client.objects.visible_to(request.actor)
    client = get_object_or_404(found.select_related("unit", "provider"), pk=pk)
    if not may(request, client, roles):
        raise PermissionDenied("Din roll i brukarens enhet ger inte rätt att göra det här.")
    log_reading(request, client)
    return client


def may(request: Request, client: Client, roles: Collection[str]) -> bool:
    """Whether one of `roles` is held for the client's unit."""
    return request.actor.holding(roles, client.unit.path) is not None


def act_of(request: Request, client: Client, roles: Collection[str]) -> Act:
    """The person of the request, and whom they stand in for in the client's unit."""
    return acting.act_of(request, roles, client.unit.path)


def record(
    client: Client,
    act: Act,
    name: str,
    values: Mapping[str, Any] | None = None,
    subject: models.Model | None = None,
) -> None:
    """A line in the client's log, in the caller's transaction."""
    log.record(
        f"client:{client.pk}", name, act, subject=subject or client, values=values, personal=True
    )


def changes(form: BaseForm, client: Client | None = None) -> dict[str, list]:
    """Field -> [before, after]; never an identity number, and nothing of who is protected."""
    hidden = {"identity_number", "reserve_number"}
    if client and client.has_protected_identity:
        hidden = set(PERSONAL)
    return {
        name: [PROTECTED, PROTECTED]
        if name in hidden
        else [plain(form.initial.get(name)), plain(form.cleaned_data[name])]
        for name in form.changed_data
    }


def log_reading(request: Request, client: Client, name: str = "read_client") -> None:
    """That somebody has looked at the client's particulars (SEC-02)."""
    log_read(request, f"client:{client.pk}", name, client, READERS, client.unit.path)
