"""Who stands in for whom. Requirements SEC-01, CAP-08."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from organisation.access import INSIDE_ROLES, roles
from organisation.forms import EndForm, SubstitutionForm, overlapping
from organisation.models import RoleAssignment, Substitution, User
from organisation.pages import changing, history
from organisation.pages.reach import reaches_everything, users_within
from organisation.request import Request
from organisation.roles import Role

APPOINTERS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
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
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A substitute for a period."""
    form = SubstitutionForm(
        request.POST or None, people=_people(request), appointer=request.user, today=request.today
    )

    def save() -> str:
        row = form.save()
        _record(request, "add_substitution", row, changing.stated(form))
        return f"{row.substitute} är ersättare för {row.absent} till och med {row.valid_to}."

    return changing.form_page(
        request,
        form,
        save=save,
        title="Ny ersättare",
        back=_list(),
        trail=_trail(),
        button="Utse ersättare",
    )


@roles(*APPOINTERS)
@transaction.atomic
def end(request: Request, pk: int) -> HttpResponse:
    """An earlier last day. What never comes to hold is removed; the log keeps it."""
    row = get_object_or_404(
        _reached(request).filter(overlapping(request.today, None)).select_for_update(of=("self",)),
        pk=pk,
    )
    form = EndForm(request.POST or None, today=request.today, until=row.valid_to)

    def save() -> str:
        last_day = form.cleaned_data["last_day"]
        _record(request, "end_substitution", row, _described(row, last_day))
        changing.end_on(row, last_day)
        return f"{row} slutar {last_day}."

    return changing.form_page(
        request,
        form,
        save=save,
        title="Avsluta ersättning",
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


def _record(request: Request, name: str, row: Substitution, values: changing.Values) -> None:
    changing.record(request, APPOINTERS, f"substitution:{row.pk}", name, row, values)


def _described(row: Substitution, last_day: date) -> dict[str, Any]:
    return {
        "substitute": [str(row.substitute)] * 2,
        "absent": [str(row.absent)] * 2,
        "valid_to": [row.valid_to, last_day],
    }


def _list() -> str:
    return reverse("organisation:substitutes")


def _trail() -> list[tuple[str, str]]:
    return [("Ersättare", _list())]
