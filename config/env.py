"""Settings from the environment: a wrong or missing value stops the start with a clear message."""

import os
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

_TRUE, _FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; raises ImproperlyConfigured when it is missing and has no default."""
    value = os.environ.get(name, default)
    if value is None or (value == "" and default is None):
        raise ImproperlyConfigured(f"{name} must be set in the environment.")
    return value


def flag(name: str, default: bool) -> bool:
    """`name` as a boolean: 1/true/yes/on or 0/false/no/off, nothing else."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in _TRUE:
        return True
    if value.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be one of 1/true/yes/on or 0/false/no/off.")


def integer(name: str, default: int) -> int:
    """`name` as a whole number."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from None


def words(name: str, default: Sequence[str] | None = None) -> list[str]:
    """`name` as a comma-separated list; an empty value is as none."""
    if default is not None and not os.environ.get(name):
        return list(default)
    return [word.strip() for word in text(name).split(",") if word.strip()]


def pairs(name: str) -> dict[str, str]:
    """`name` as a comma-separated list of key=value; empty when it is not set."""
    found = {}
    for word in words(name, []):
        key, is_pair, value = word.partition("=")
        if not (is_pair and key and value):
            raise ImproperlyConfigured(f"{name} must be a list of name=value, with commas between.")
        found[key.strip()] = value.strip()
    return found


def routes(name: str) -> dict[str, str]:
    """`name` as route servers: a comma-separated list of mode=kind:address."""
    found = pairs(name)
    for mode, server in found.items():
        kind, _, address = server.partition(":")
        known = mode in ("walk", "bike", "car") and kind in ("osrm", "valhalla")
        if not (known and address.startswith(("http://", "https://"))):
            raise ImproperlyConfigured(
                f"{name}: {mode}={server} must be walk, bike or car, then osrm: or valhalla: and an "
                "address, such as car=osrm:http://routes:5000."
            )
    return found
