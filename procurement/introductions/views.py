"""A booked step of a programme as a calendar file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cases.invitations import calendar_file
from cases.views import get_case
from organisation.access import logged_in
from procurement.introductions.models import ProgrammeStep


@logged_in
def invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """For those who see the introduction."""
    step = get_object_or_404(ProgrammeStep, pk=pk)
    case = get_case(request, step.introduction_id)
    if step.booked_at is None:
        raise Http404
    return calendar_file(
        request,
        case,
        f"introduktion-{step.pk}",
        step.booked_at,
        step.title,
        step.place,
        step.agenda,
    )
