"""What the overview shows of extra needs. EXT-01, EXT-03, EXT-05."""

from django.db.models import Exists, OuterRef, Q

from cases.models import FiredRung
from cases.process import Column, Starter, Waiting
from clients.editing import PLANNERS
from organisation.roles import Role
from planning.extras import rules
from planning.extras.commands import AnswerEscalation, DecideNeed, RecordContact
from planning.extras.people import DECIDERS, HANDLERS
from planning.models import ExtraNeed

State, KIND = ExtraNeed.State, ExtraNeed.case_kind
COLUMNS = (
    Column(
        "Extra insats", KIND,
        {
            State.NOTIFY: "Kontakta socialsekreteraren",
            State.RUNNING: "Avsluta, eller ansök dag tio",
            State.RENEWED: "Väntar på beslut",
        },
        note=f"{rules.DAYS} dagar", band="Extra insatser",
    ),
)  # fmt: skip
ESCALATED = FiredRung.objects.filter(
    deadline__case=OuterRef("pk"), deadline__rule=rules.TEN_DAYS.code, deadline__met_on=None,
    deadline__cancelled_on=None, rung="escalated",
)  # fmt: skip
WAITING = (
    Waiting(
        HANDLERS, lambda user: Q(kind=KIND, state=State.NOTIFY, responsible=user),
        "Socialsekreteraren ska få veta om en extra insats.", "Registrera kontakt",
        RecordContact.command_name(),
    ),
    Waiting(
        DECIDERS, lambda user: Q(kind=KIND, state=State.RENEWED),
        "En ansökan om en extra insats väntar på beslut.", "Registrera beslut", DecideNeed.command_name(),
    ),
    Waiting(
        {Role.UNIT_MANAGER, Role.NIGHT_HEAD}, lambda user: Q(Exists(ESCALATED), kind=KIND),
        "En extra insats har varken avslutats eller sökts.", "Svara",
        AnswerEscalation.command_name(),
    ),
)  # fmt: skip
STARTER = Starter("Rapportera extra insats", "extras:report", PLANNERS)
