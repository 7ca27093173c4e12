"""The programmes as the routine has them (seed 002, *Introduktion av ny utförare*). INT-02 to INT-06.

Loaded once, as version 1 of each kind; the administration edits further versions.
"""

from dataclasses import dataclass
from datetime import date

from organisation.roles import Role
from procurement.introductions.models import ProgrammeTemplate, Step, TemplateStep

Kind, Stage = ProgrammeTemplate.Kind, Step.Stage
MANAGEMENT, OPERATIONS_MANAGER = "Företagets ledning", "Verksamhetsansvarig"


def _titles(*roles: Role) -> tuple[str, ...]:
    return tuple(str(role.label) for role in roles)


AT_FIRST_MEETING = (
    MANAGEMENT, OPERATIONS_MANAGER,
    *_titles(
        Role.DEPUTY_DIRECTOR, Role.SECTION_HEAD, Role.FIRST_SOCIAL_WORKER,
        Role.DEVELOPMENT_STRATEGIST,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A step of a programme."""

    title: str
    participants: tuple[str, ...] = ()
    agenda: tuple[str, ...] = ()
    stage: str = Stage.PROGRAMME
    blocking: bool = False
    personal_care_only: bool = False


ALARMS = Row(
    "Träff med ansvarig för trygghetslarm",
    (OPERATIONS_MANAGER, *_titles(Role.ALARM_OFFICER)), blocking=True, personal_care_only=True,
)  # fmt: skip
COMMON = (
    Row("Information om rutin vid utskrivning från slutna hälso- och sjukvård",
        (OPERATIONS_MANAGER,), blocking=True),
    Row("Information till samtliga socialsekreterare Omsorg SoL",
        _titles(Role.FIRST_SOCIAL_WORKER)),
    Row("Träff och utbildning med systemförvaltare för Viva",
        (OPERATIONS_MANAGER, *_titles(Role.VIVA_ADMINISTRATOR)), blocking=True),
    Row("Träff med arkivarie", (OPERATIONS_MANAGER, *_titles(Role.ARCHIVIST))),
    Row("Träff med HSA-ansvarig", (OPERATIONS_MANAGER, *_titles(Role.HSA_OFFICER)), blocking=True),
)  # fmt: skip

PROGRAMMES: dict[str, tuple[Row, ...]] = {
    Kind.HOME_CARE: (
        Row("Möte inför avtalstecknande", AT_FIRST_MEETING,
            ("Genomgång av avtalet", "Genomgång av biståndsbedömning"),
            Stage.BEFORE_CONTRACT, blocking=True),
        Row("Avtalstecknande tillsammans med socialnämndens ordförande",
            (MANAGEMENT, *_titles(Role.COMMITTEE_CHAIR)), stage=Stage.SIGNING, blocking=True),
        ALARMS,
        Row("Träff med enhetschef nattorganisation",
            (OPERATIONS_MANAGER, *_titles(Role.NIGHT_HEAD)),
            blocking=True, personal_care_only=True),
        Row("Träff med MAS och ansvarig sjuksköterska",
            (OPERATIONS_MANAGER, *_titles(Role.CHIEF_NURSE, Role.RESPONSIBLE_NURSE)),
            blocking=True, personal_care_only=True),
        *COMMON,
    ),
    Kind.RESIDENTIAL: (
        Row("Introduktionsmöte", AT_FIRST_MEETING,
            ("Genomgång av avtalet/förfrågningsunderlaget med bilagor",), blocking=True),
        Row(ALARMS.title, ALARMS.participants, blocking=True),
        Row("Träff med MAS och MAR",
            (OPERATIONS_MANAGER, *_titles(Role.CHIEF_NURSE, Role.MAR)), blocking=True),
        *COMMON,
    ),
}  # fmt: skip


def load(day: date) -> None:
    """Publish version 1 of each kind that has no template yet."""
    for kind, rows in PROGRAMMES.items():
        template, new = ProgrammeTemplate.objects.get_or_create(
            kind=kind, number=1, defaults={"published_on": day}
        )
        if new:
            TemplateStep.objects.bulk_create(
                TemplateStep(
                    template=template,
                    order=order,
                    title=row.title,
                    stage=row.stage,
                    blocking=row.blocking,
                    personal_care_only=row.personal_care_only,
                    participants="\n".join(row.participants),
                    agenda="\n".join(row.agenda),
                )
                for order, row in enumerate(rows, 1)
            )
