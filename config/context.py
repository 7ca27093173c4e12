"""What every page's template may use."""

from typing import Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from cases.views import CASE_READERS
from config.demo.loading import sign
from config.menu import menu
from organisation.request import Request


def page(request: Request) -> dict[str, Any]:
    """Municipality, menu, and who is logged in as what."""
    if not hasattr(request, "actor"):  # an error before the middleware ran
        return {"municipality": settings.MUNICIPALITY, "demo_mode": False}
    return {
        "municipality": settings.MUNICIPALITY,
        "demo_mode": settings.DEMO_MODE,
        "demo_is_loading": settings.DEMO_MODE and sign().exists(),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "may_search": SimpleLazyObject(lambda: request.actor.has_role(*CASE_READERS)),
        "shown_roles": SimpleLazyObject(
            lambda: ", ".join(str(role.label) for role in request.actor.roles)
        ),
    }
