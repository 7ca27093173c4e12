"""What the overview shows of yearly controls."""

from cases.process import Column
from procurement.controls.models import YearlyControl

State = YearlyControl.State
KIND = YearlyControl.case_kind

COLUMNS = (
    Column(
        "Årliga kontroller", KIND,
        (State.OPEN, State.REQUESTED),
        band="Avtal och uppföljning",
    ),
)  # fmt: skip
