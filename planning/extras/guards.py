"""What an extra need waits for. The flow asks here."""

from datetime import date

from cases import preferences
from cases.dates import full_date
from cases.models import FiredRung
from door.refusals import Missing
from planning.extras import rules
from planning.models import ExtraNeed

State = ExtraNeed.State


def contacted(need: ExtraNeed, day: date) -> list[Missing]:
    """The social worker knows of it (EXT-01)."""
    if need.state != State.NOTIFY:
        return []
    return [*forgotten(need), Missing("Kontakt med socialsekreteraren", "", "record_contact")]


def ended(need: ExtraNeed, day: date) -> list[Missing]:
    """It has ended, or is applied for and decided (EXT-03)."""
    if need.closed_on:
        return []
    if need.state == State.RENEWED:
        return [Missing("Beslut om den extra insatsen", command="decide_need")]
    first = rules.renewable_from(need.first_day, preferences.chosen(rules.BEFORE_RED_DAY))
    if day < first:
        return [Missing(f"Dag tio är {full_date(rules.day_ten(need.first_day))}")]
    ten = Missing("Avsluta, eller ansök dag tio", command="apply_for_need")
    return [*forgotten(need), ten]


def forgotten(need: ExtraNeed) -> list[Missing]:
    """What went to the unit manager because nobody did it in time (EXT-05)."""
    escalated = FiredRung.objects.filter(
        deadline__case=need.pk,
        deadline__met_on=None,
        deadline__cancelled_on=None,
        rung="escalated",
    )
    what = "Svar på att det varken är avslutat eller sökt"
    return [Missing(what, command="answer_escalation")] if escalated.exists() else []
