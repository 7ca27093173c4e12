"""Who stands in for whom. Requirements SEC-01, CAP-08."""

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from organisation.access import INSIDE_ROLES, roles
from organisation.commands.substitutes import APPOINTERS, AddSubstitution, EndSubstitution
from organisation.forms import EndForm, SubstitutionForm, overlapping
from organisation.models import RoleAssignment, Substitution, User
from organisation.pages import changing, history
from organisation.pages.reach import reaches_everything, users_within
from organisation.request import Request

PAST_SHOWN = 100


@roles(*APPOINTERS)
def substitutes(request: Request) -> HttpResponse:
    """Substitutes now, coming and past, among the people whom the reader's role reaches."""
    rows = _reached(request).select_related("substitute", "absent").order_by("-valid_from", "-pk")
    lasting = list(rows.filter(overlapping(request.today, None)))
    today = request.today
    context = {
        "groups": [
            ("Nu", [row for row in lasting if row.valid_from <= today], "nu"),
            ("Kommande", [row for row in lasting if row.valid_from > today], "kommande"),
            ("Tidigare", rows.filter(valid_to__lt=today)[:PAST_SHOWN], "tidigare"),
        ],
    }
    return render(request, "organisation/substitutes.html", context)


@roles(*APPOINTERS)
def add(request: Request) -> HttpResponse:
    """A substitute for a period."""
    form = SubstitutionForm(
        request.POST or None, people=_people(request), appointer=request.user, today=request.today
    )
    return changing.do_page(
        request,
        form.instance,
        AddSubstitution,
        form,
        back=_list(),
        trail=_trail(),
        button="Utse ersättare",
    )


@roles(*APPOINTERS)
def end(request: Request, pk: int) -> HttpResponse:
    """An earlier last day. What never comes to hold is removed; the log keeps it."""
    row = get_object_or_404(_reached(request).filter(overlapping(request.today, None)), pk=pk)
    return changing.do_page(
        request,
        row,
        EndSubstitution,
        EndForm(request.POST or None, today=request.today, until=row.valid_to),
        back=_list(),
        trail=_trail(),
        lead=str(row),
        button="Avsluta",
    )


@roles(*APPOINTERS)
def log(request: Request) -> HttpResponse:
    """What has been changed among the substitutes, the newest first."""
    everything = reaches_everything(request.actor, APPOINTERS)
    reached = None if everything else list(_reached(request).values_list("pk", flat=True))
    context = {
        "title": "Ändringar bland ersättare",
        "trail": _trail(),
        "lines": history.of_objects(Substitution, reached),
    }
    return render(request, "organisation/history_page.html", context)


def _people(request: Request) -> QuerySet[User]:
    """Those who can be absent or stand in: people with a role inside the municipality."""
    inside = RoleAssignment.objects.filter(
        overlapping(request.today, None), user=OuterRef("pk"), role__in=INSIDE_ROLES
    )
    return users_within(request.actor, APPOINTERS).filter(Exists(inside), is_active=True)


def _reached(request: Request) -> QuerySet[Substitution]:
    people = users_within(request.actor, APPOINTERS)
    return Substitution.objects.filter(
        absent__in=people.values("pk"), substitute__in=people.values("pk")
    )


def _list() -> str:
    return reverse("organisation:substitutes")


def _trail() -> list[tuple[str, str]]:
    return [("Ersättare", _list())]
