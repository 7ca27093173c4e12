"""The delegation of authority that an installation starts with; the committee decides its own."""

from datetime import date

from organisation.models import DelegationRule
from organisation.roles import Role

RULES = (
    # (code, decision, who)
    ("warning", "Varning till utförare som inte följer avtalet", Role.DEPUTY_DIRECTOR),
    ("penalty", "Vite för utförare som inte följer avtalet", Role.DEPUTY_DIRECTOR),
    ("withheld_payment", "Innehållen ersättning till utförare", Role.DEPUTY_DIRECTOR),
    ("rescission", "Hävning av avtal med utförare", Role.COMMITTEE_CHAIR),
)
"""ESC-03: who may decide on each remedy is data."""


def load_delegation(valid_from: date = date(2020, 1, 1)) -> int:
    """Create the rules whose code has none. Returns how many; a changed rule is left as it is."""
    known = set(DelegationRule.objects.values_list("code", flat=True))
    missing = [
        DelegationRule(code=code, label=label, role=role, valid_from=valid_from)
        for code, label, role in RULES
        if code not in known
    ]
    return len(DelegationRule.objects.bulk_create(missing))
