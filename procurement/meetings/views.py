"""A booked meeting as a calendar file."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404

from cases.invitations import calendar_file
from cases.views import get_case
from organisation.access import logged_in
from organisation.request import Request
from procurement.meetings.models import Meeting


@logged_in
def invitation(request: Request, pk: int) -> HttpResponse:
    """For those who see the meeting. No names in it."""
    case = get_case(request, pk)
    meeting = get_object_or_404(Meeting, pk=case.pk)
    if meeting.booked_at is None:
        raise Http404
    return calendar_file(
        request,
        case,
        f"mote-{meeting.pk}",
        meeting.booked_at,
        meeting.title,
        meeting.place,
        meeting.agenda,
    )
