"""What the overview shows of introductions. INT-07."""

from django.db.models import Q

from cases.charts import Step
from cases.process import Column, Figures, Waiting
from organisation.roles import Role
from procurement.introductions import rules
from procurement.introductions.commands import NameContactPerson
from procurement.introductions.models import Introduction

State = Introduction.State
KIND = Introduction.case_kind

COLUMNS = (
    Column(
        "Introduktion", KIND,
        {
            State.BEFORE_CONTRACT: "Möte och avtal",
            State.PROGRAMME: "Introduktionsprogrammet",
        },
        note="{introduction_weeks} veckor", band="Avtal och uppföljning",
    ),
)  # fmt: skip
FIGURES = Figures(
    KIND, "introduction__decided_on", "Nya utförare per månad",
    (
        Step(rules.MEETING.code, "Möte inför avtal"),
        Step(rules.SIGNING.code, "Avtal"),
        Step(rules.PROGRAMME.code, "Hela programmet", "introduction_weeks", 7),
    ),
    "Introduktioner",
)  # fmt: skip
WAITING = (
    Waiting(
        {Role.DEVELOPMENT_STRATEGIST, Role.DEPUTY_DIRECTOR},
        lambda user: Q(kind=KIND, introduction__contact_person=None),
        "Introduktionen behöver en kontaktperson.", "Utse kontaktperson",
        NameContactPerson.command_name(),
    ),
)  # fmt: skip
