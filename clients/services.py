"""The services that can be granted and planned: listed, added, renamed, withdrawn. PLN-02, PLN-21.

The case system's administrators keep them (SYN-05). One that is in use is never removed: withdrawn,
it can no longer be chosen, and stays where it is ordered and planned already.
"""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from clients.models import READERS, Service
from door.command import Kept
from door.filled import AddRow, ChangeRow, Filled
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


class AddService(AddRow[Service]):
    """A new service."""

    label, roles = "Ny insats", EDITORS

    def receipt(self, service: Service, values: Kept) -> str:
        return f"{service} är tillagd."


class ChangeService(ChangeRow[Service]):
    """Another name or kind, or withdrawn."""

    label, roles, done = "Ändra insats", EDITORS, "Insatsen är sparad."


@roles(*EDITORS)
def add(request: Request) -> HttpResponse:
    """A new service."""
    form = ServiceForm(request.POST or None)
    return _page(request, form, AddService, button="Lägg till")


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Another name or kind, or withdrawn."""
    row = get_object_or_404(Service, pk=pk)
    form = ServiceForm(request.POST or None, instance=row)
    return _page(request, form, ChangeService, title=f"Ändra {row}")


def _page(
    request: Request, form: ServiceForm, command: type[Filled[Service]], **more: Any
) -> HttpResponse:
    back = reverse("services:list")
    return changing.do_page(
        request, form.instance, command, form, back=back, trail=(("Insatser", back),), **more
    )
