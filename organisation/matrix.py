"""The responsibility matrix as the routine has it (seed 002, *Organisation*). FUP-01.

Roles answer for an area, never persons. What others contribute stands as text, in the routine's
own words; two slips of the pen and hyphens of line breaks are put right.
"""

from dataclasses import dataclass

from audit.models import EventValues
from organisation.models import Responsibility
from organisation.roles import Role

HOME_CARE = Responsibility.Table.HOME_CARE
RESIDENTIAL = Responsibility.Table.RESIDENTIAL
Interval, Duty = Responsibility.Interval, Responsibility.Duty

MAIN_ROLE = Role.DEPUTY_DIRECTOR
SUBSTITUTE_ROLE = Role.DIRECTOR
OTHER_ROLES = (
    Role.DEVELOPMENT_STRATEGIST,
    Role.INVESTIGATOR,
    Role.SECTION_HEAD,
    Role.FIRST_SOCIAL_WORKER,
)
"""The head of the matrix: *Huvudansvarig*, *Ersättare*, *Övriga ansvariga*."""


@dataclass(frozen=True)
class Row:
    """A row of one of the two tables."""

    table: str
    area: str
    main_role: str
    co_responsible: str = ""
    interval: str = ""
    comment: str = ""
    duty: str = ""

    @property
    def substitute_role(self) -> str:
        """Behind the deputy director stands the director; behind the others, the one who answers
        for the whole, the deputy director."""
        return SUBSTITUTE_ROLE if self.main_role == MAIN_ROLE else MAIN_ROLE


IN_WRITING = "En av dessa kan göras i skriftlig form"
OTHERS_TAKE_PART = (
    "Beroende på frågorna deltar andra professioner inom förvaltningen som bedöms vara aktuella. "
    "Utbildning"
)

ROWS = (
    Row(
        HOME_CARE,
        "Kontaktperson för aktuella utförare inom kundval hemtjänst (LOV)",
        Role.DEPUTY_DIRECTOR,
        "Utvecklingsstrateg",
    ),
    Row(
        HOME_CARE,
        "Revidering av förfrågningsunderlag inklusive bilagor",
        Role.DEPUTY_DIRECTOR,
        "Utredare/jurist Stöd från Upphandlingsenheten Utvecklingsstrateg",
        Interval.YEARLY_AND_AT_NEED,
        duty=Duty.SPECIFICATION_REVIEW,
    ),
    Row(
        HOME_CARE,
        "Ansökan från företag att bli utförare",
        Role.DEPUTY_DIRECTOR,
        "Utvecklingsstrateg Stöd från utredare/jurist",
    ),
    Row(
        HOME_CARE,
        "Introduktion av ny utförare",
        Role.DEVELOPMENT_STRATEGIST,
        "1:e socialsekreterare Omsorg SoL",
        Interval.AFTER_APPROVAL,
    ),
    Row(
        HOME_CARE,
        "Avtalsuppföljningar första året",
        Role.DEVELOPMENT_STRATEGIST,
        "1:e socialsekreterare Omsorg SoL",
        Interval.QUARTERLY,
        duty=Duty.FIRST_YEAR,
    ),
    Row(
        HOME_CARE,
        "Avtalsuppföljningar med samtliga utförare",
        Role.DEVELOPMENT_STRATEGIST,
        "1:e socialsekreterare Omsorg SoL",
        Interval.HALF_YEARLY,
        IN_WRITING,
        duty=Duty.FOLLOW_UP,
    ),
    Row(
        HOME_CARE,
        "Kontroll med skatteverket samt kredituppföljning",
        Role.INVESTIGATOR,
        "",
        Interval.YEARLY,
        duty=Duty.TAX_CONTROL,
    ),
    Row(
        HOME_CARE,
        "Granskning av utförarnas verksamhetsberättelse och årsredovisning",
        Role.DEVELOPMENT_STRATEGIST,
        "Controller",
        Interval.YEARLY,
        duty=Duty.REPORT_REVIEW,
    ),
    Row(
        HOME_CARE,
        "Genomföra utförarträffar",
        Role.DEPUTY_DIRECTOR,
        "Utvecklingsstrateg Sektionschef Omsorg SoL 1:e socialsekreterare Omsorg SoL",
        Interval.QUARTERLY,
        OTHERS_TAKE_PART,
        duty=Duty.PROVIDER_MEETING,
    ),
    Row(
        HOME_CARE,
        "Kontakter med utförare i enskilda ärenden",
        Role.SECTION_HEAD,
        "1:e socialsekreterare Omsorg SoL",
        Interval.AT_NEED,
    ),
    Row(
        HOME_CARE,
        "Uppföljning av enskilda biståndsbeslut",
        Role.SECTION_HEAD,
        "1:e socialsekreterare Omsorg SoL",
        Interval.YEARLY,
        duty=Duty.DECISION_REVIEW,
    ),
    Row(HOME_CARE, "Citrix och Viva", Role.DEPUTY_DIRECTOR, "Viva-supporten"),
    Row(
        HOME_CARE,
        "Fakturor från utförare",
        Role.DEPUTY_DIRECTOR,
        "Avgiftshandläggare socialkontoret",
    ),
    Row(HOME_CARE, "HSA- och SITHS-hantering", Role.DEPUTY_DIRECTOR, "HSA-ansvarig/arkivarie"),
    Row(
        HOME_CARE,
        "Datorer m.m.",
        Role.DEPUTY_DIRECTOR,
        "IT-samordnare, teknik, SF Servicedesk IT-enheten",
    ),
    Row(
        RESIDENTIAL,
        "Kontaktperson för aktuella utförare inom extern drift",
        Role.DEPUTY_DIRECTOR,
        "Utvecklingsstrateg Utredare/jurist",
    ),
    Row(
        RESIDENTIAL,
        "Framtagande av förfrågningsunderlag för upphandling av extern drift",
        Role.DEPUTY_DIRECTOR,
        "Utredare/jurist Med stöd av utvecklingsstrateg och upphandlingsenheten",
    ),
    Row(
        RESIDENTIAL,
        "Samverkan med socialnämndens politiska referensgrupp för upphandlingar",
        Role.DIRECTOR,
        "Bitr. socialdirektör",
    ),
    Row(
        RESIDENTIAL,
        "Introduktion av ny utförare",
        Role.DEPUTY_DIRECTOR,
        "Utredare/jurist Utvecklingsstrateg 1:e socialsekr Omsorg SoL",
        Interval.AFTER_SIGNING,
    ),
    Row(
        RESIDENTIAL,
        "Avtalsuppföljning första året",
        Role.DEVELOPMENT_STRATEGIST,
        "Utredare/jurist 1:e socialsekr Omsorg SoL",
        Interval.QUARTERLY,
        duty=Duty.FIRST_YEAR,
    ),
    Row(
        RESIDENTIAL,
        "Avtalsuppföljningar från år två med samtliga utförare (inkl. egenregi)",
        Role.DEVELOPMENT_STRATEGIST,
        "1:e socialsekr Omsorg SoL",
        Interval.HALF_YEARLY,
        IN_WRITING,
        duty=Duty.FOLLOW_UP,
    ),
    Row(
        RESIDENTIAL,
        "Kontroll med skatteverket samt kredituppföljning",
        Role.INVESTIGATOR,
        "",
        Interval.YEARLY,
        duty=Duty.TAX_CONTROL,
    ),
    Row(
        RESIDENTIAL,
        "Granskning av utförarnas verksamhetsberättelse och årsredovisning",
        Role.DEVELOPMENT_STRATEGIST,
        "Controller",
        Interval.YEARLY,
        duty=Duty.REPORT_REVIEW,
    ),
    Row(
        RESIDENTIAL,
        "Genomföra utförarträffar",
        Role.DEPUTY_DIRECTOR,
        "Utvecklingsstrateg Sektionschef Omsorg SoL 1:e socialsekr Omsorg SoL",
        Interval.QUARTERLY,
        OTHERS_TAKE_PART,
        duty=Duty.PROVIDER_MEETING,
    ),
    Row(
        RESIDENTIAL,
        "Kontakter med utförare i enskilda ärenden",
        Role.SECTION_HEAD,
        "1:e socialsekr Omsorg SoL",
        Interval.AT_NEED,
    ),
    Row(
        RESIDENTIAL,
        "Uppföljningar av enskilda biståndsbeslut",
        Role.SECTION_HEAD,
        "1:e socialsekr Omsorg SoL",
        Interval.YEARLY,
        duty=Duty.DECISION_REVIEW,
    ),
    Row(RESIDENTIAL, "Citrix och Viva", Role.DEPUTY_DIRECTOR, "Viva-supporten"),
    Row(
        RESIDENTIAL,
        "Fakturor från utförare",
        Role.DEPUTY_DIRECTOR,
        "Avgiftshandläggare, socialkontoret",
    ),
    Row(RESIDENTIAL, "HSA- och SITHS-hantering", Role.DEPUTY_DIRECTOR, "HSA-ansvarig/arkivarie"),
    Row(
        RESIDENTIAL,
        "Datorer m.m.",
        Role.DEPUTY_DIRECTOR,
        "Servicedesk, IT-enheten IT-samordnare, teknik, SF",
    ),
)


def load() -> int:
    """Create the rows that are missing. Returns how many.

    A row that the administration has edited, renamed or removed is left as they made it.
    """
    known = set(Responsibility.objects.values_list("table", "area")) | _renamed_or_removed()
    places: dict[str, int] = {HOME_CARE: 0, RESIDENTIAL: 0}
    missing = []
    for row in ROWS:
        places[row.table] += 1
        if (row.table, row.area) not in known:
            missing.append(
                Responsibility(
                    table=row.table,
                    order=places[row.table],
                    area=row.area,
                    main_role=row.main_role,
                    substitute_role=row.substitute_role,
                    co_responsible=row.co_responsible,
                    interval=row.interval,
                    comment=row.comment,
                    duty=row.duty,
                )
            )
    return len(Responsibility.objects.bulk_create(missing))


def _renamed_or_removed() -> set[tuple[str, str]]:
    told = EventValues.objects.filter(
        event__object_type=Responsibility._meta.label_lower,
        event__name__in=("change_responsibility", "remove_responsibility"),
    ).values_list("values", flat=True)
    return {(values["table"], values["area"][0]) for values in told if "area" in values}
