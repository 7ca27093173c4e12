"""What the address of a page asks for, when it is more than a word to compare with. DAY-05."""

from datetime import date

from django.contrib import messages
from django.http import QueryDict

from door import entry
from door.fields import YEARS
from organisation.request import Request


def day(request: Request, name: str, otherwise: date, said: QueryDict | None = None) -> date:
    """The day that the address (or `said`) names; `otherwise` when it names none.

    One that cannot be read, or lies so far off that nobody means it, gives `otherwise` and says so.
    """
    written = (request.GET if said is None else said).get(name, "")
    if not written:
        return otherwise
    try:
        found = entry.day(written)
        fault = entry.year_fault(found, otherwise, YEARS, YEARS)
    except ValueError as error:
        fault = str(error)
    if not fault:
        return found
    messages.warning(
        request, f"Dagen i adressen gick inte att läsa. {fault} Här visas {otherwise}."
    )
    return otherwise
