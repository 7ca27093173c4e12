"""What an introduction lacks before each step. `perform`, the flow and the page all ask here.

Every function takes the introduction and the day, and returns what is missing (nothing: done).
"""

from datetime import date

from cases import preferences
from cases.dates import long_date
from door.refusals import Missing
from procurement.introductions import rules
from procurement.introductions.models import Introduction, ProgrammeStep

State = Introduction.State
Stage = ProgrammeStep.Stage


def meeting(introduction: Introduction, day: date) -> list[Missing]:
    """The meeting before signing (INT-02)."""
    return _waiting(introduction, stage=Stage.BEFORE_CONTRACT)


def contact(introduction: Introduction, day: date) -> list[Missing]:
    """The municipality's named contact person (INT-08)."""
    if introduction.contact_person_id:
        return []
    return [Missing("Kontaktperson hos kommunen", command="name_contact_person")]


def signing(introduction: Introduction, day: date) -> list[Missing]:
    """What the contract waits for (INT-02, INT-03)."""
    return [*meeting(introduction, day), *contact(introduction, day), *_final(introduction, day)]


def _final(introduction: Introduction, day: date) -> list[Missing]:
    final = rules.final_on(introduction.decided_on)
    if preferences.chosen("signing_waits") != "block" or day >= final:
        return []
    return [
        Missing(
            f"Nämndens beslut är slutligt först {long_date(final)}",
            "Kommunen har valt att vänta. LOV 8 kap. 3 § säger utan dröjsmål.",
        )
    ]


def signed(introduction: Introduction, day: date) -> list[Missing]:
    """The contract (INT-03)."""
    return [] if introduction.signed_contract_id else [Missing("Avtal", command="sign_contract")]


def may_start(introduction: Introduction, day: date) -> list[Missing]:
    """What has to be done before the provider may take persons (CAP-12)."""
    return [
        *signed(introduction, day),
        *contact(introduction, day),
        *_waiting(introduction, blocking=True),
    ]


def started(introduction: Introduction, day: date) -> list[Missing]:
    """The provider has been told that it may begin."""
    return [] if introduction.may_start_on else [Missing("Besked om start", command="let_start")]


def everything(introduction: Introduction, day: date) -> list[Missing]:
    """The whole programme (INT-01): every step done, or left out with a reason."""
    return [*started(introduction, day), *_waiting(introduction)]


def finished(introduction: Introduction, day: date) -> list[Missing]:
    """The programme is ended."""
    return [] if introduction.closed_on else [Missing("Avslut", command="finish_introduction")]


def _waiting(introduction: Introduction, **which: object) -> list[Missing]:
    steps = introduction.waiting_steps().filter(**which).exclude(stage=Stage.SIGNING)
    return [Missing(step.title, command="record_step", subject=str(step.pk)) for step in steps]
