"""The services that can be granted and planned: listed, added, renamed, withdrawn. PLN-02, PLN-21.

The case system's administrators keep them (SYN-05). One that is in use is never removed: withdrawn,
it can no longer be chosen, and stays where it is ordered and planned already.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from clients.models import READERS, Service
from organisation import swedish
from organisation.access import roles
from organisation.pages import changing, history
from organisation.request import Request
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR})
CHAIN = "services"


class ServiceForm(forms.ModelForm):
    """What a service is called and what kind it is; its code is given once."""

    class Meta:
        model = Service
        fields = ("name", "code", "kind", "hands_over", "is_offered")
        help_texts = {
            "code": "Kort, utan mellanslag och å, ä, ö. Till exempel: walk. Går inte att ändra.",
            "hands_over": "Till exempel ren tvätt eller läkemedel från apoteket.",
            "is_offered": "Ta bort krysset för att dra in insatsen. Den står kvar där den redan finns.",
        }

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if (
            Service.objects.exclude(pk=self.instance.pk)
            .filter(swedish.spelled(name, "name"))
            .exists()
        ):
            raise ValidationError("Det finns redan en insats med det namnet. Välj ett annat.")
        return name


@roles(*READERS | EDITORS)
def services(request: Request) -> HttpResponse:
    """Every service, with how many orders it has."""
    context = {
        "services": Service.objects.annotate(orders=Count("serviceorder")).order_by("kind", "name"),
        "may_edit": request.actor.has_role(*EDITORS),
        "lines": history.of_chain(CHAIN),
    }
    return render(request, "clients/services.html", context)


@roles(*EDITORS)
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A new service."""
    form = ServiceForm(request.POST or None)

    def save() -> str:
        row = form.save()
        values = {name: [None, value] for name, value in form.cleaned_data.items() if value}
        changing.record(request, EDITORS, CHAIN, "add_service", row, values)
        return f"{row} är tillagd."

    return _page(request, form, save, "Ny insats", "Lägg till")


@roles(*EDITORS)
@transaction.atomic
def change(request: Request, pk: int) -> HttpResponse:
    """Another name or kind, or withdrawn."""
    row = get_object_or_404(Service.objects.select_for_update(), pk=pk)
    form = ServiceForm(request.POST or None, instance=row)
    before = {name: getattr(row, name) for name in form.fields}

    def save() -> str:
        form.save()
        values = {name: [before[name], form.cleaned_data[name]] for name in form.changed_data}
        if values:
            changing.record(request, EDITORS, CHAIN, "change_service", row, values)
        return "Insatsen är sparad."

    return _page(request, form, save, f"Ändra {row}")


def _page(
    request: Request, form: ServiceForm, save: Any, title: str, button: str = "Spara"
) -> HttpResponse:
    back = reverse("services:list")
    return changing.form_page(
        request, form, save=save, title=title, back=back, trail=(("Insatser", back),), button=button
    )
