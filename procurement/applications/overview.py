"""What the overview shows of applications: columns and figures. LOV-12, LOV-14."""

from cases.charts import Step
from cases.process import Column, Figures, Starter
from procurement.applications import rules
from procurement.applications.commands.intake import RegisterArrival
from procurement.applications.models import ProviderApplication

State = ProviderApplication.State
KIND = ProviderApplication.case_kind
BAND = "Från ansökan till beslut"

COLUMNS = (
    Column("LOV-ansökan", KIND, (State.RECEIVED,), band=BAND),
    Column(
        "Komplettering", KIND, (State.COMPLETION,),
        note="{completion_days} dagar", band=BAND,
    ),
    Column(
        "Handläggning", KIND,
        (State.HANDLING, State.ASSESSMENT),
        note="{handling_weeks} veckor", band=BAND,
    ),
    Column("MBL", KIND, (State.MBL,), band=BAND),
    Column(
        "Nämnd", KIND,
        (State.COMMITTEE, State.DECIDED, State.CORRECTION_PERIOD, State.CORRECTION_FILED),
        band=BAND,
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
