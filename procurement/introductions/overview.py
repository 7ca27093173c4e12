"""What the overview shows of introductions. INT-07."""

from cases.charts import Step
from cases.process import Column, Figures
from procurement.introductions import rules
from procurement.introductions.models import Introduction

State = Introduction.State
KIND = Introduction.case_kind

COLUMNS = (
    Column(
        "Introduktion", KIND,
        (State.BEFORE_CONTRACT, State.PROGRAMME),
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
