"""Times and minutes as base plans write them."""

from collections.abc import Collection
from typing import Any

from django import template

from planning import daytime
from planning.baseplans import balance

register = template.Library()


@register.filter
def wall(minutes: int) -> str:
    """07:05"""
    return daytime.shown(minutes)


@register.filter
def hours(minutes: Any) -> str:
    """11,5"""
    return balance.in_hours(minutes)


@register.filter
def hours_minutes(minutes: Any) -> str:
    """9 h 25"""
    return balance.in_words(minutes)


@register.filter
def has_service(visit: Any, services: Collection[int]) -> bool:
    """Whether one of the services stands in the visit."""
    return any(service.pk in services for service in visit.services.all())
