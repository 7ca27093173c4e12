"""What a municipality chooses for itself. Statutory numbers are code, never a choice."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from audit.parts import parts
from cases.models import Setting


@dataclass(frozen=True)
class Preference:
    """A choice with its default: yes or no, a number within limits, or one of some words."""

    key: str
    label: str
    help: str
    default: Any
    low: int = 0
    high: int = 0
    words: tuple[tuple[str, str], ...] = ()
    """(value, Swedish) of each word that can be chosen."""

    @property
    def is_flag(self) -> bool:
        """Whether it is a yes or no."""
        return isinstance(self.default, bool)


PREFERENCES = (
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
    Preference(
        "correction_report_days",
        "Dagar efter tiden för rättelse då en ansökan kan registreras",
        "Ansökan om rättelse lämnas till domstolen. Kommunen får ofta veta det efter de tre "
        "veckorna (LOV 10 kap. 3 §).",
        30, 0, 365,
    ),
    Preference(
        "signing_waits",
        "Avtal innan beslutet är slutligt",
        "Enligt LOV 8 kap. 3 § tecknas avtal utan dröjsmål, och någon avtalsspärr finns inte. "
        "Rutinen ber förvaltningen att bevaka när beslutet vinner laga kraft.",
        "warn",
        words=(
            ("off", "Säg ingenting"),
            ("warn", "Varna, men hindra inte"),
            ("block", "Hindra att avtalet tecknas"),
        ),
    ),
    Preference(
        "provider_change_days",
        "Dagar från att någon vill byta utförare till att bytet sker",
        "Räknas från den dag personen sade till.",
        14, 0, 90,
    ),
    Preference(
        "no_choice",
        "Den som inte väljer utförare",
        "Enligt LOV 9 kap. 2 § ska det finnas ett ickevalsalternativ. Det visas på sidan för "
        "den som väljer.",
        "in_house",
        words=(
            ("in_house", "Får hemtjänst av kommunens egen regi i området"),
            ("in_turn", "Får hemtjänst av utförarna i området i turordning"),
            ("nearest", "Får hemtjänst av den utförare som har flest personer i närheten"),
        ),
    ),
    Preference(
        "duty_opens_weeks",
        "Veckor innan en uppgift i årshjulet blir ett ärende",
        "Så långt före sista dagen läggs uppföljningen, kontrollen eller mötet hos den som "
        "ansvarar.",
        6, 1, 26,
    ),
    Preference(
        "internal_meeting_months",
        "Månader mellan mötena för berörda professioner",
        "Rutinen: regelbundna möten för att säkerställa ansvarsfördelning och lika arbetssätt.",
        6, 1, 12,
    ),
    Preference(
        "introduction_weeks",
        "Veckor för introduktion",
        "Mål för introduktionen från det att den börjar.",
        8, 1, 52,
    ),
    Preference(
        "tender_answer_days",
        "Arbetsdagar för svar på en fråga om en upphandling",
        "Mål för den sakkunnigas svar, räknat från den dag frågan kom.",
        5, 1, 30,
    ),
    Preference(
        "tender_award_weeks",
        "Veckor till tilldelningsbeslut",
        "Mål för nämndens beslut, räknat från sista dagen för anbud.",
        8, 1, 52,
    ),
)  # fmt: skip


@cache
def all_preferences() -> dict[str, Preference]:
    """What there is to choose, by its key: of cases, and what other apps say in a module of this name."""
    return {row.key: row for part in parts("preferences") for row in part.PREFERENCES}


def chosen(key: str) -> Any:
    """The municipality's choice, or the default."""
    row = Setting.objects.filter(pk=key).first()
    return row.value if row else all_preferences()[key].default


def all_chosen() -> dict[str, Any]:
    """Every choice by its key, in one query."""
    rows = dict(Setting.objects.values_list("key", "value"))
    return {key: rows.get(key, preference.default) for key, preference in all_preferences().items()}
