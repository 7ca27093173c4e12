"""The processes of the app, in the order of the routine."""

from procurement.applications.process import APPLICATION
from procurement.complaints.process import COMPLAINT
from procurement.contracts.process import CONTRACT
from procurement.controls.process import CONTROL
from procurement.escalations.process import DEVIATION, IN_DEPTH
from procurement.followups.process import FOLLOW_UP
from procurement.introductions.process import INTRODUCTION
from procurement.meetings.process import MEETING
from procurement.tenders.process import TENDER

PROCESSES = (
    APPLICATION, INTRODUCTION, CONTRACT, TENDER, FOLLOW_UP, CONTROL, MEETING, DEVIATION, IN_DEPTH,
    COMPLAINT,
)  # fmt: skip
