"""Forms of absences and what surrounds a client. Each says what, where, what to do."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cases.dates import short_date
from clients.models import Client
from door.fields import PastDay, offer
from organisation.forms import UnitField
from organisation.models import Unit
from planning.fields import ClockField
from planning.models import Absence, CareContact, Carer, DoubleStaffing, Preference
from planning.plan.absences import away_of, home_again


class AbsenceForm(forms.ModelForm):
    """A period away, of whole days or with times; its end may be unknown."""

    leaves_at = ClockField(
        label="Borta från klockan", help_text="Lämna tomt när hela den dagen gäller."
    )
    home_at = ClockField(
        label="Hemma igen klockan",
        is_end=True,
        help_text="Sista dagen. Besök från den tiden görs. Lämna tomt när hela den dagen gäller: då "
        "är personen hemma igen dagen efter.",
    )

    class Meta:
        model = Absence
        fields = ("why", "first", "leaves_at", "last", "home_at", "note")
        help_texts = {
            "last": "Lämna tomt när hemkomsten inte är känd. Besöken kommer tillbaka av sig själva "
            "när personen är hemma. Hem i dag 14:00 skrivs som i dag och klockan 14:00."
        }

    def __init__(self, *args: Any, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.instance.client = client

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error(
                "last", f"Frånvaron slutar innan den börjar. Skriv {first} eller senare, eller töm."
            )
        elif data.get("home_at") and not last and "last" not in self.errors:
            self.add_error(
                "last", "Skriv vilken dag personen är hemma igen, eller töm klockslaget."
            )
        elif first and "leaves_at" not in self.errors and "home_at" not in self.errors:
            self._check_times(data)
        return data

    def _check_times(self, data: dict[str, Any]) -> None:
        wanted = away_of(Absence(**{name: data.get(name) for name in TIMES_AWAY}))
        if wanted.until is not None and wanted.until <= wanted.since:
            self.add_error(
                "home_at",
                f"Personen går {data['leaves_at']:%H:%M} den dagen. Skriv en senare tid, eller töm."
                if data["leaves_at"]
                else "Skriv en senare tid, eller en tidigare dag som sista dag.",
            )
            return
        others = Absence.objects.filter(client=self.instance.client, cancelled_at=None)
        for other in others.exclude(pk=self.instance.pk):
            if away_of(other).meets(wanted):
                self.add_error(
                    "first",
                    f"Personen är redan borta från {short_date(other.first)}, {home_again(other)} "
                    f"({other.get_why_display()}). Ändra den frånvaron i stället, eller välj en annan "
                    "tid.",
                )
                return


TIMES_AWAY = ("first", "leaves_at", "last", "home_at")


class CareContactForm(forms.ModelForm):
    """The permanent care contact, or why none is needed (SoL 10:7)."""

    class Meta:
        model = CareContact
        fields = ("carer", "reason_for_none", "valid_from")
        help_texts = {
            "carer": "Undersköterska i enheten.",
            "reason_for_none": "Fyll i bara om ingen fast omsorgskontakt behövs.",
        }

    def __init__(self, *args: Any, client: Client, day: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.client = client
        nurses = carers_of(client, day).filter(title=Carer.Title.ASSISTANT_NURSE)
        offer(self, "carer", nurses, "Ingen")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if bool(data.get("carer")) == bool(data.get("reason_for_none")):
            self.add_error("carer", "Välj en undersköterska, eller skriv varför ingen behövs.")
        return data

    def clean_valid_from(self) -> date:
        day = self.cleaned_data["valid_from"]
        if later := self.client.care_contacts.filter(valid_from__gt=day).first():
            raise ValidationError(
                f"En fast omsorgskontakt är redan vald från {later.valid_from}. Skriv den dagen "
                "eller senare."
            )
        return day


class WishForm(forms.ModelForm):
    """A carer that a client wants, or does not want."""

    class Meta:
        model = Preference
        fields = ("carer", "wish")

    def __init__(self, *args: Any, client: Client, day: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.instance.client = client
        offer(self, "carer", carers_of(client, day))

    def clean_carer(self) -> Carer:
        carer = self.cleaned_data["carer"]
        if self.instance.client.preferences.filter(carer=carer).exists():
            raise ValidationError(f"Det finns redan ett önskemål om {carer}. Ta bort det först.")
        return carer


class DoubleStaffingForm(forms.ModelForm):
    """The risk assessment and the manager's decision."""

    class Meta:
        model = DoubleStaffing
        fields = ("assessed_on", "decided_on", "decided_by", "review_on")
        field_classes: ClassVar = {"assessed_on": PastDay, "decided_on": PastDay}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        assessed, decided, review = (
            data.get(name) for name in ("assessed_on", "decided_on", "review_on")
        )
        if assessed and decided and decided < assessed:
            self.add_error(
                "decided_on",
                f"Beslutet fattas efter riskbedömningen. Skriv {assessed} eller senare.",
            )
        if decided and review and review <= decided:
            self.add_error("review_on", f"Skriv en dag efter beslutet {decided}.")
        return data


class ListFilter(forms.Form):
    """Which clients are listed. Nothing here says who anybody is, so that it may stand in an address."""

    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")
    nyckel = forms.CharField(label="Nyckelnummer", required=False, max_length=20)
    visa = forms.ChoiceField(
        label="Visa",
        required=False,
        choices=[
            ("", "Aktiva"),
            ("vilande", "Vilande"),
            ("borta", "Borta i dag"),
            ("olast", "Olästa beställningar"),
            ("upphor", "Beslut som upphör inom 30 dagar"),
            ("kringtid", "Kringtid"),
            ("avslutade", "Avslutade"),
            ("alla", "Alla"),
        ],
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "enhet", units)


def carers_of(client: Client, day: date) -> QuerySet[Carer]:
    """The carers of the client's unit on a day."""
    return Carer.objects.on(day).filter(unit=client.unit_id)
