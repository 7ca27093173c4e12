"""What the overview shows of meetings."""

from cases.process import Column
from procurement.meetings.models import Meeting

State = Meeting.State

COLUMNS = (
    Column(
        "Möten", Meeting.case_kind,
        (State.PLANNED, State.BOOKED),
        band="Avtal och uppföljning",
    ),
)  # fmt: skip
