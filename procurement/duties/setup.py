"""Makes the annual wheel known to the engine."""

from cases import ledger


def register() -> None:
    """Called once when Django is ready."""
    from procurement.duties import rules

    ledger.add_rules(rules.DUTY)
