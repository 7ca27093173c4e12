"""What events and their fields are called in Swedish, as each app's `words` has them."""

from functools import cache

from audit.parts import parts


@cache
def event_names() -> dict[str, str]:
    """Every event that has a Swedish name."""
    return _words("EVENT_NAMES")


@cache
def field_names() -> dict[str, str]:
    """Every field that has a Swedish name."""
    return _words("FIELD_NAMES")


def event_name(name: str) -> str:
    """An event's Swedish name; an unknown one stands as it is written."""
    return event_names().get(name, name.replace("_", " "))


def _words(which: str) -> dict[str, str]:
    return {
        name: said for part in parts("words") for name, said in getattr(part, which, {}).items()
    }
