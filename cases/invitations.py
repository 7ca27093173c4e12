"""A booked meeting of a case as a calendar file. No names in it (SEC-03)."""

from datetime import datetime

import icalendar
from django.http import HttpResponse

from cases.models import Case
from cases.views import back_to
from organisation.request import Request


def calendar_file(
    request: Request, case: Case, uid: str, starts: datetime, title: str, place: str, text: str
) -> HttpResponse:
    """An hour from `starts`, with an address that leads to the case."""
    event = icalendar.Event()
    event.add("uid", f"{uid}@kundval")
    event.add("dtstamp", request.at)
    event.add("dtstart", starts)
    event["duration"] = "PT1H"
    event.add("summary", f"{case}: {title}")
    event.add("location", place)
    event.add("description", text)
    event.add("url", request.build_absolute_uri(back_to(request, case)))
    feed = icalendar.Calendar()
    feed.add("prodid", "-//Kundval//Inbjudan//SV")
    feed.add("version", "2.0")
    feed.add_component(event)
    response = HttpResponse(feed.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{uid}.ics"'
    return response
