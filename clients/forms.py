"""Forms about clients. Each says under the field what is wrong, where, and what to do."""

from datetime import date
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from clients.models import (
    WITHOUT_DECISION,
    CareDecision,
    Client,
    LegalBasis,
    Service,
    ServiceOrder,
)
from door.fields import Day, PastDay, field_of, offer
from organisation import identity, places
from organisation.authority import Actor
from organisation.fields import PlaceForm
from organisation.forms import UnitField
from organisation.models import Unit

ELSEWHERE = (
    "Numret finns redan hos en enhet som du inte når. Kontrollera numret, eller be "
    "systemförvaltaren ta reda på vilken enhet som har personen."
)


class NumberField(forms.CharField):
    """A personal identity or coordination number, or one for reports (DAY-07); its value is the
    twelve signs."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("label", "Personnummer eller samordningsnummer")
        super().__init__(
            max_length=20,
            help_text="ÅÅÅÅMMDD-NNNN. Den som saknar svenskt nummer: ÅÅÅÅMMDD-T123 eller "
            "ÅÅÅÅMMDD-TF10, som i rapporterna till IVO.",
            **kwargs,
        )
        self.widget.attrs["autocomplete"] = "off"

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return identity.parse(text).digits if text else ""
        except ValueError as fault:
            raise ValidationError(str(fault)) from None


class ReserveForm(forms.Form):
    """The reserve number of somebody, and the system that gave it (DAY-07)."""

    reserve_number = forms.CharField(
        label="Reservnummer",
        required=False,
        max_length=30,
        help_text="Bara för den som saknar eller har okänt personnummer.",
    )
    reserve_system = forms.CharField(
        label="Reservnumret utfärdat av",
        required=False,
        max_length=80,
        help_text="Systemets namn eller OID, till exempel 1.2.752.97.3.1.3.",
    )
    actor: Actor
    client: Client | None = None

    def clean_reserve_number(self) -> str:
        text = self.cleaned_data["reserve_number"]
        try:
            return identity.parse_reserve_number(text) if text else ""
        except ValueError as fault:
            raise ValidationError(str(fault)) from None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, system = data.get("reserve_number"), data.get("reserve_system")
        if number and not system:
            self.add_error("reserve_system", "Skriv vilket system som har gett reservnumret.")
        elif system and not number and "reserve_number" not in self.errors:
            self.add_error("reserve_number", "Skriv reservnumret, eller töm fältet under det.")
        elif number and system:
            try:
                refuse_known(Client.with_reserve_number(number, system), self.actor, self.client)
            except ValidationError as fault:
                self.add_error("reserve_number", fault)
        return data

    @property
    def reserve(self) -> tuple[str, str]:
        """Number and system; both empty for none."""
        return self.cleaned_data["reserve_number"], self.cleaned_data["reserve_system"]


def refuse_known(found: Client | None, actor: Actor, own: Client | None = None) -> None:
    """Raises ValidationError when `found` has the number, saying who only to those who see them."""
    if found is None:
        return
    if found == own:
        raise ValidationError("Personen har redan det här numret, nu eller tidigare.")
    if not Client.objects.visible_to(actor).filter(pk=found.pk).exists():
        raise ValidationError(ELSEWHERE)
    raise ValidationError(
        f"Numret finns redan: {found}, {found.unit}, nyckel {found.key_number or 'saknas'}. "
        "Öppna den personen i stället."
    )


class ClientForm(PlaceForm):
    """A client's particulars."""

    unit = UnitField(Unit.objects.none(), label="Planeras av", empty_label="Välj enhet")

    class Meta:
        model = Client
        fields = (
            "name", "has_protected_identity", "unit", "provider", "address", "latitude",
            "longitude", "entry", "key_number", "phone", "is_dormant", "active_from", "active_to",
        )  # fmt: skip
        field_classes: ClassVar = {"active_from": partial(Day, back=40)}
        localized_fields = ("latitude", "longitude")
        help_texts = {
            "has_protected_identity": "Namn och adress döljs i listor, utskrifter och Excel.",
            "latitude": "Används för att räkna restid. Till exempel 59,3251.",
            "longitude": "Till exempel 18,0710.",
            "entry": "Portkod, våning, vilken dörr.",
            "key_number": "Vårt eget nummer på nyckeln. Skriv inget som avslöjar vems den är.",
            "is_dormant": "Har bara larm och inga besök.",
            "active_to": "Lämna tomt tills vidare.",
        }

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "unit", units)
        field_of(self, "provider", forms.ModelChoiceField).empty_label = "Ingen vald än"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("active_from"), data.get("active_to")
        if first and last and last < first:
            self.add_error(
                "active_to", f"Sista dagen är före {first}. Skriv den dagen eller senare."
            )
        if (data.get("latitude") is None) != (data.get("longitude") is None):
            missing = "longitude" if data.get("longitude") is None else "latitude"
            if missing not in self.errors:
                self.add_error(missing, "Skriv båda koordinaterna, eller ingen av dem.")
        return data

    def near(self, data: dict[str, Any]) -> places.Point | None:
        """Where the unit's shifts start, which planning says of each unit."""
        base = getattr(data.get("unit"), "base", None)
        return places.Point(base.latitude, base.longitude) if base else None


class NewClientForm(ReserveForm, ClientForm):
    """A new client, with the number that tells who it is."""

    identity_number = NumberField(required=False)
    field_order = ("identity_number", "reserve_number", "reserve_system", *ClientForm.Meta.fields)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_identity_number(self) -> str:
        digits = self.cleaned_data["identity_number"]
        refuse_known(Client.with_number(digits) if digits else None, self.actor)
        return digits

    def save(self, commit: bool = True) -> Client:
        self.instance.identity_number = self.cleaned_data["identity_number"]
        self.instance.reserve_number, self.instance.reserve_system = self.reserve
        return super().save(commit)


class NumberForm(ReserveForm):
    """Another number for the same person."""

    identity_number = NumberField(label="Nytt personnummer eller samordningsnummer", required=False)
    field_order = ("identity_number",)

    def __init__(self, *args: Any, actor: Actor, client: Client, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.actor, self.client = actor, client

    def clean_identity_number(self) -> str:
        digits = self.cleaned_data["identity_number"]
        found = Client.with_number(digits) if digits else None
        refuse_known(found, self.actor, self.client)
        return digits

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.errors and not data["identity_number"] and not data["reserve_number"]:
            self.add_error("identity_number", "Skriv det nya numret.")
        return data


class DecisionForm(forms.ModelForm):
    """A decision on assistance, as it stands in Viva."""

    legal_basis = forms.ChoiceField(
        label="Lagrum",
        choices=[row for row in LegalBasis.choices if row[0] not in WITHOUT_DECISION],
    )

    class Meta:
        model = CareDecision
        fields = ("reference", "legal_basis", "decided_on", "decided_by", "valid_from", "valid_to")
        # Decisions by LSS from 1994 still hold.
        field_classes: ClassVar = {
            "decided_on": partial(PastDay, back=40), "valid_from": partial(Day, back=40),
        }  # fmt: skip
        help_texts = {"valid_to": "Lämna tomt om beslutet gäller tills vidare."}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error(
                "valid_to", f"Beslutet slutar innan det börjar. Skriv {first} eller senare."
            )
        elif first and self.instance.pk:
            self._hold_orders(first, last, data.get("legal_basis"))
        return data

    def _hold_orders(self, first: date, last: date | None, basis: str | None) -> None:
        for order in self.instance.orders.all():
            if order.valid_from < first:
                self.add_error(
                    "valid_from",
                    f"Beställningen {order} börjar redan {order.valid_from}. Skriv den dagen eller "
                    "tidigare.",
                )
            if last and (order.valid_to is None or order.valid_to > last):
                until = order.valid_to or "tills vidare"
                self.add_error(
                    "valid_to",
                    f"Beställningen {order} gäller till {until}. Avsluta beslutet i stället, så "
                    "slutar beställningarna med det.",
                )
            if basis and order.legal_basis != basis:
                self.add_error("legal_basis", f"Beställningen {order} har ett annat lagrum.")


class OrderForm(forms.ModelForm):
    """What a provider is to do. Refused where the law asks for a decision that is not there."""

    class Meta:
        model = ServiceOrder
        fields = (
            "service", "legal_basis", "decision", "provider", "times", "per", "minutes",
            "staff_needed", "valid_from", "valid_to", "note",
        )  # fmt: skip
        field_classes: ClassVar = {"valid_from": partial(Day, back=40)}
        help_texts = {
            "decision": "Krävs utom för SoL 11 kap. 5 § och hälso- och sjukvård.",
            "minutes": "Personens tid, hur många ur personalen som än kommer.",
            "valid_to": "Lämna tomt om beställningen gäller tills vidare.",
        }

    def __init__(
        self,
        *args: Any,
        client: Client,
        health_only: bool,
        replaces: ServiceOrder | None = None,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.replaces = replaces
        self.instance.client = client
        offer(self, "decision", client.decisions.all(), "Inget beslut")
        chosen = {replaces.service_id} if replaces else {self.instance.service_id} - {None}
        services = Service.objects.offered(chosen).exclude(kind=Service.Kind.SURROUNDING)
        if health_only:
            services = services.filter(kind=Service.Kind.NURSING)
            field_of(self, "legal_basis", forms.ChoiceField).choices = [
                (LegalBasis.HSL.value, LegalBasis.HSL.label)
            ]
            del self.fields["decision"]
        offer(self, "service", services)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_extent(data)
        self._check_kind(data)
        self._check_decision(data)
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and last and last < first:
            self.add_error(
                "valid_to", f"Beställningen slutar innan den börjar. Skriv {first} eller senare."
            )
        if self.replaces and first and first <= self.replaces.valid_from:
            self.add_error(
                "valid_from",
                f"Beställningen som ändras började {self.replaces.valid_from}. Skriv en senare dag, "
                "eller avsluta den och lägg in en ny om den var fel från början.",
            )
        return data

    def _check_extent(self, data: dict[str, Any]) -> None:
        for name in ("times", "minutes", "staff_needed"):
            if data.get(name) == 0:
                self.add_error(name, "Skriv 1 eller mer.")

    def _check_kind(self, data: dict[str, Any]) -> None:
        service, basis = data.get("service"), data.get("legal_basis")
        is_nursing = service is not None and service.kind == Service.Kind.NURSING
        if service and basis and is_nursing != (basis == LegalBasis.HSL):
            words = "beställs enligt HSL" if is_nursing else "är ingen hälso- och sjukvård"
            self.add_error("legal_basis", f"{service} {words}. Välj ett annat lagrum.")

    def _check_decision(self, data: dict[str, Any]) -> None:
        basis, decision = data.get("legal_basis"), data.get("decision")
        if not basis:
            return
        if decision is None:
            if basis not in WITHOUT_DECISION:
                self.add_error(
                    "decision",
                    f"{LegalBasis(basis).label} kräver ett beslut. Välj beslutet, eller registrera "
                    "det först under Beslut på brukarens sida.",
                )
            return
        if decision.legal_basis != basis:
            self.add_error(
                "decision",
                f"Beslutet är fattat enligt {decision.get_legal_basis_display()}. Välj det "
                "lagrummet, eller ett annat beslut.",
            )
        first, last = data.get("valid_from"), data.get("valid_to")
        if first and first < decision.valid_from:
            self.add_error(
                "valid_from",
                f"Beslutet börjar gälla {decision.valid_from}. Skriv den dagen eller senare, eller "
                "välj ett annat beslut.",
            )
        if decision.valid_to and (last is None or last > decision.valid_to):
            self.add_error(
                "valid_to",
                f"Beslutet slutar {decision.valid_to}. Skriv den dagen eller tidigare, eller "
                "förläng beslutet först.",
            )


class LastDayForm(forms.Form):
    """The last day of a decision or an order."""

    last_day = forms.DateField(
        label="Sista dag",
        help_text="Skriv dagen före första dagen om det aldrig ska gälla.",
    )

    def __init__(self, *args: Any, until: date | None, first: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.until, self.first = until, first

    def clean_last_day(self) -> date:
        day = self.cleaned_data["last_day"]
        if self.until and day >= self.until:
            raise ValidationError(f"Det slutar redan {self.until}. Välj en tidigare dag.")
        return max(day, self._day_before_first())

    def _day_before_first(self) -> date:
        return date.fromordinal(self.first.toordinal() - 1)


class DecisionEndForm(LastDayForm):
    """A decision's last day; it is never earlier than its first."""

    last_day = forms.DateField(
        label="Sista dag", help_text="Beställningar som hör till beslutet slutar samma dag."
    )

    def clean_last_day(self) -> date:
        day = super().clean_last_day()
        if day < self.first:
            raise ValidationError(
                f"Beslutet började gälla {self.first}. Skriv den dagen eller senare."
            )
        return day
