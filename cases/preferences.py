"""What a municipality chooses for itself. Statutory numbers are code, never a choice."""

from dataclasses import dataclass
from typing import Any

from cases.models import Setting


@dataclass(frozen=True)
class Preference:
    """A choice with its default. `kind` is `flag` or `number` (with its limits)."""

    key: str
    label: str
    help: str
    default: Any
    low: int = 0
    high: int = 0

    @property
    def is_flag(self) -> bool:
        """Whether it is a yes or no."""
        return isinstance(self.default, bool)


PREFERENCES = {
    preference.key: preference
    for preference in (
        Preference(
            "municipal_time_rolls",
            "Kommunens egna tider flyttas till nästa arbetsdag",
            "Gäller 14 dagar för komplettering och fyra veckors handläggning när sista dagen är en "
            "lördag, söndag eller helgdag. Lagens tider flyttas alltid (lag 1930:173).",
            False,
        ),
        Preference(
            "completion_days",
            "Dagar för komplettering",
            "Så många dagar har förvaltningen på sig att begära, och företaget att lämna, "
            "komplettering (rutinen: 14).",
            14, 1, 60,
        ),
        Preference(
            "handling_weeks",
            "Veckor för handläggning",
            "Mål för handläggningen från det att ansökan är komplett (rutinen: 4).",
            4, 1, 26,
        ),
        Preference(
            "documents_due_working_days",
            "Manusstopp, arbetsdagar före sammanträdet",
            "Föreslås när ett sammanträde läggs in.",
            12, 1, 30,
        ),
        Preference(
            "control_valid_days",
            "Dagar som kreditupplysning och skattekontroll gäller",
            "En äldre kontroll måste göras om innan nämnden beslutar.",
            90, 7, 365,
        ),
    )
}  # fmt: skip


def chosen(key: str) -> Any:
    """The municipality's choice, or the default."""
    row = Setting.objects.filter(pk=key).first()
    return row.value if row else PREFERENCES[key].default


def all_chosen() -> dict[str, Any]:
    """Every choice by its key, in one query."""
    rows = dict(Setting.objects.values_list("key", "value"))
    return {key: rows.get(key, preference.default) for key, preference in PREFERENCES.items()}
