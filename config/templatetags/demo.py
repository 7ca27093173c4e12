"""The demo logins on the login page."""

from typing import Any

from django import template
from django.conf import settings

from config.demo_views import logins

register = template.Library()


@register.inclusion_tag("demo/logins.html", takes_context=True)
def demo_logins(context: dict[str, Any]) -> dict[str, Any]:
    """Every demo login and the password they share. For demo mode alone."""
    rows = logins()
    return {
        "logins": [login for login in rows if login.tasks],
        "more": [login for login in rows if not login.tasks],
        "password": settings.DEMO_PASSWORD,
        "csrf_token": context.get("csrf_token"),
    }
