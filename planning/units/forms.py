"""Forms of merging and splitting units."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from clients.models import Client
from door.fields import offer
from organisation.forms import UnitField
from organisation.models import Unit
from planning.models import Carer
from planning.units.moving import Wish

MERGE, SPLIT = "sla-ihop", "dela"


class MoveForm(forms.Form):
    """From where, to where, when, and whether everything goes."""

    fran = UnitField(Unit.objects.none(), label="Från", empty_label="Välj enhet")
    till = UnitField(
        Unit.objects.none(),
        label="Till",
        empty_label="Välj enhet",
        help_text="En ny enhet läggs först till under Enheter.",
    )
    dag = forms.DateField(label="Från och med")
    hur = forms.ChoiceField(
        label="Vad flyttar",
        widget=forms.RadioSelect,
        choices=[
            (MERGE, "Allt: enheterna slås ihop, och den första slutar"),
            (SPLIT, "Valda personer och valda i personalen: enheten delas"),
        ],
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("fran", "till"):
            offer(self, name, units)

    @property
    def wish(self) -> Wish:
        """What is asked for, before anybody is chosen."""
        said = self.cleaned_data
        return Wish(said["fran"], said["till"], said["dag"], said["hur"] == MERGE)


class PeopleField(forms.ModelMultipleChoiceField):
    """Persons with where they live, since units are split by neighbourhood."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, client: Client) -> str:
        if client.has_protected_identity:
            return f"{client}, nyckel {client.key_number or 'saknas'}"
        return f"{client}, {client.address or 'ingen adress'}"


class StaffField(forms.ModelMultipleChoiceField):
    """Carers with their team."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, carer: Carer) -> str:
        return f"{carer}, {carer.team or 'inget arbetslag'}"


class ChosenForm(forms.Form):
    """Who goes when a unit is split."""

    clients = PeopleField(Client.objects.none(), label="Personer, efter adress", required=False)
    carers = StaffField(Carer.objects.none(), label="Personal, efter arbetslag", required=False)

    def __init__(self, *args: Any, wish: Wish, **kwargs: Any):
        super().__init__(*args, **kwargs)
        day = wish.first_day
        people = Client.objects.filter(Q(active_to=None) | Q(active_to__gte=day), unit=wish.source)
        staff = Carer.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), unit=wish.source)
        for name, rows in (
            ("clients", people.order_by("has_protected_identity", "address", "name")),
            ("carers", staff.select_related("team").order_by("team__name", "name")),
        ):
            offer(self, name, rows)
