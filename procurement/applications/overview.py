"""What the overview shows of applications: columns, waiting work and figures. LOV-12, LOV-14."""

from django.db.models import Q

from cases.charts import Step
from cases.process import Column, Figures, Starter, Waiting
from organisation.models import User
from organisation.roles import Role
from procurement.applications import rules
from procurement.applications.commands.committee import NotifyApplicant
from procurement.applications.commands.intake import RegisterArrival
from procurement.applications.models import DecisionProposal, ProviderApplication

State = ProviderApplication.State
KIND = ProviderApplication.case_kind
BAND = "Från ansökan till beslut"

COLUMNS = (
    Column("LOV-ansökan", KIND, {State.RECEIVED: "Granska ansökan"}, band=BAND),
    Column(
        "Komplettering", KIND, {State.COMPLETION: "Väntar på företagets svar"},
        note="{completion_days} dagar", band=BAND,
    ),
    Column(
        "Handläggning", KIND,
        {
            State.HANDLING: "Kontroller, möte och referenser",
            State.ASSESSMENT: "Förslag till beslut och samråd",
        },
        note="{handling_weeks} veckor", band=BAND,
    ),
    Column("MBL", KIND, {State.MBL: "Underlag och förhandling"}, band=BAND),
    Column(
        "Nämnd", KIND,
        {
            State.COMMITTEE: "Beslut i nämnden",
            State.DECIDED: "Beslutet ska meddelas",
            State.CORRECTION_PERIOD: "Företaget kan ansöka om rättelse",
            State.CORRECTION_FILED: "Rätten prövar ansökan om rättelse",
        },
        band=BAND,
    ),
)  # fmt: skip


def _proposals_to_answer(user: User) -> Q:
    """Cases with a proposal that nobody has answered, and that somebody else has written."""
    open_proposals = DecisionProposal.objects.filter(concurred_on=None, declined_on=None)
    return Q(
        state=State.ASSESSMENT,
        pk__in=open_proposals.exclude(recorded_by=user)
        .exclude(on_behalf_of=user)
        .values("application_id"),
    )


WAITING = (
    Waiting(
        {Role.DEPUTY_DIRECTOR}, _proposals_to_answer,
        "Ett förslag till beslut väntar på ditt samråd.", "Läs förslaget",
    ),
    Waiting(
        {Role.COMMITTEE_SECRETARY}, lambda user: Q(state=State.DECIDED),
        "Nämndens beslut ska meddelas.", "Meddela sökanden",
        NotifyApplicant.command_name(),
    ),
)  # fmt: skip

FIGURES = Figures(
    KIND, "providerapplication__arrived_on", "Nya ansökningar per månad",
    (
        Step(rules.COMPLETION_REQUEST.code, "Granskning", "completion_days"),
        Step(rules.COMPLETION_ANSWER.code, "Komplettering", "completion_days"),
        Step(rules.HANDLING.code, "Handläggning", "handling_weeks", 7),
        Step(rules.NOTIFY.code, "Beslut till besked"),
    ),
    "Ansökningar",
)  # fmt: skip

STARTER = Starter("Registrera ansökan", "applications:enter", RegisterArrival.roles)
