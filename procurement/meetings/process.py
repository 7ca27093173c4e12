"""A meeting with providers that the wheel asks for: booked, held, with its notes."""

from cases import actions
from cases.process import Page, Process
from procurement.duties.rules import DUTY
from procurement.meetings import commands, overview
from procurement.meetings.documents import KINDS
from procurement.meetings.flow import MeetingFlow
from procurement.meetings.models import Meeting

MEETING = Process(
    case=Meeting,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page("procurement/meeting.html"),
    portal=Page("procurement/portal/meeting.html"),
    flow=MeetingFlow,
    deadlines=(DUTY,),
    documents=KINDS,
    duties=dict.fromkeys(commands.SORTS, commands.open_meeting),
    events={"open_meeting": "Möte påbörjat enligt årshjulet"},
    columns=overview.COLUMNS,
)
