"""The path to a page of staffing."""

from collections.abc import Collection

from django.urls import reverse


def trail(*more: tuple[str, str]) -> Collection[tuple[str, str]]:
    """From the list of carers to what the page is about."""
    return (("Personal", reverse("staffing:carers")), *more)
