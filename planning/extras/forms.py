"""Forms of extra needs outside the case's own commands."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from clients.models import Client, Service
from door.fields import offer
from door.refusals import Refused
from organisation.forms import UnitField
from organisation.models import Unit, User
from planning import daytime
from planning.extras.opening import refuse_impossible
from planning.extras.people import nurses
from planning.extras.rules import WITHOUT_CONTACT
from planning.fields import WallField
from planning.models import Carer


class ReportForm(forms.Form):
    """An extra visit that was done without planning (EXT-01)."""

    client = forms.ModelChoiceField(Client.objects.none(), label="Person")
    services = forms.ModelMultipleChoiceField(
        Service.objects.exclude(kind__in=WITHOUT_CONTACT),
        label="Insatser som utfördes",
        widget=forms.CheckboxSelectMultiple,
    )
    day = forms.DateField(label="Dag", help_text="Den dag besöket gjordes. Det blir dag 0.")
    start = WallField(label="Började")
    minutes = forms.IntegerField(label="Längd, minuter", min_value=5, max_value=720)
    carer = forms.ModelChoiceField(
        Carer.objects.none(), label="Vem gjorde det", required=False, empty_label="Vet inte"
    )
    called_by = forms.ModelChoiceField(
        User.objects.none(),
        label="Påkallat av sjuksköterska",
        required=False,
        empty_label="Nej",
        help_text="Den sjuksköterska som påkallade besöket kontaktar socialsekreteraren.",
    )

    def __init__(self, *args: Any, people: QuerySet[Client], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        offer(self, "client", people)
        offer(self, "called_by", nurses(today))
        units = people.order_by().values("unit")
        offer(self, "carer", Carer.objects.on(today).filter(unit__in=units))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(
                "Besöket ligger i framtiden. Planera det på dagbilden i stället."
            )
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("client") and said.get("day") and said.get("start") is not None:
            start = daytime.from_wall(said["day"], said["start"])
            try:
                refuse_impossible(said["client"], said["day"], start)
            except Refused as refusal:
                self.add_error("client", str(refusal))
        return said


class NeedFilter(forms.Form):
    """Which needs are listed."""

    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")
    visa = forms.ChoiceField(
        label="Visa",
        required=False,
        choices=[
            ("", "Pågående"),
            ("forsenade", "Försenade"),
            ("mina", "Mina"),
            ("avslutade", "Avslutade"),
        ],
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "enhet", units)
