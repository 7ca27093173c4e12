"""Every test of staffing is on Monday 23 November 2026, week 48."""

import pytest

from audit import clock
from tests.factories import at
from tests.planning.staffing import MONDAY


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    """The day that the product goes by."""
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY))
