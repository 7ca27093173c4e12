"""Makes the annual wheel known to the engine."""

from cases import ledger


def register() -> None:
    """Called once when Django is ready."""
    from cases import views
    from procurement.duties import rules

    views.EVENT_NAMES.update(make_duties="Årshjulets uppgifter inlagda")
    ledger.add_rules(rules.DUTY)
