"""Forms of base plans, absences and what surrounds a client. Each says what, where, what to do."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property

from cases.dates import short_date
from clients.models import Client, Service
from organisation.fields import PastDay
from organisation.forms import UnitField
from organisation.models import Unit
from planning import daytime, windows
from planning.away.times import away_of, home_again
from planning.fields import ClockField, WallField
from planning.models import (
    Absence,
    CareContact,
    Carer,
    DoubleStaffing,
    Preference,
    Skill,
    TemplateVisit,
    VisitTemplate,
)
from planning.models.templates import MOST_WEEKS
from planning.rounds.matrix import DAY_NAMES

STAFF = [(1, "1"), (2, "2, kräver riskbedömning och beslut"), (3, "3"), (4, "4")]
PRIORITIES = [(1, "1, måste göras i dag"), (2, "2, vanlig"), (3, "3, kan vänta till i morgon")]


class VisitChoice(forms.ModelChoiceField):
    """A visit of the same day, by its start."""

    def label_from_instance(self, visit: TemplateVisit) -> str:
        names = ", ".join(row.name for row in visit.services.all())
        return f"{daytime.shown(visit.start)} {names}"


class PersonChoices(forms.ModelMultipleChoiceField):
    """People by the name that may be shown."""

    def label_from_instance(self, client: Client) -> str:
        return f"{client.short_name}, nyckel {client.key_number or 'saknas'}"


class VisitForm(forms.ModelForm):
    """A visit of a base plan."""

    start = WallField(label="Start")
    earliest = WallField(label="Tidigast", required=False)
    latest_end = WallField(label="Senast klart", required=False, is_end=True)
    minutes = forms.IntegerField(label="Längd, min", min_value=1, max_value=720)
    staff_needed = forms.TypedChoiceField(label="Antal personal", choices=STAFF, coerce=int)
    priority = forms.TypedChoiceField(label="Prioritet", choices=PRIORITIES, coerce=int)
    after = VisitChoice(
        TemplateVisit.objects.none(), label="Efter besöket", required=False, empty_label="Inget",
    )  # fmt: skip
    serves = PersonChoices(
        Client.objects.none(), label="Utförs åt", required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    class Meta:
        model = TemplateVisit
        fields = (
            "services", "start", "minutes", "earliest", "latest_end", "staff_needed", "serves",
            "skills", "priority", "after", "lag_min", "lag_max", "note",
        )  # fmt: skip
        widgets = {
            "services": forms.CheckboxSelectMultiple,
            "skills": forms.CheckboxSelectMultiple,
        }

    def __init__(
        self, *args: Any, template: VisitTemplate | None, client: Client, week: int, weekday: int,
        granted: dict[int, int], **kwargs: Any,
    ):  # fmt: skip
        super().__init__(*args, **kwargs)
        self.client, self.week, self.weekday = client, week, weekday
        self.granted = granted
        self.others = self._same_day(template)
        chosen = self.instance.services.values_list("pk", flat=True) if self.instance.pk else ()
        self.fields["services"].queryset = Service.objects.offered(chosen)
        self.fields["services"].error_messages["required"] = "Välj minst en insats."
        self.fields["after"].queryset = self.others
        if not Skill.objects.exists():
            del self.fields["skills"]
        if client.is_surrounding:
            self.fields["serves"].queryset = (
                Client.objects.filter(unit=client.unit_id).people().order_by("name", "pk")
            )
        else:
            del self.fields["serves"]

    def _same_day(self, template: VisitTemplate | None) -> QuerySet[TemplateVisit]:
        if template is None:
            return TemplateVisit.objects.none()
        found = template.visits.filter(week=self.week, weekday=self.weekday)
        return found.exclude(slot=self.instance.slot).prefetch_related("services")

    @cached_property
    def likely(self) -> list[Any]:
        """The choices of services that are granted, or stand in the visit."""
        likely = [choice for choice in self["services"] if self._is_likely(choice)]
        for choice in likely:
            if minutes := self.granted.get(_service(choice).pk):
                choice.data["label"] = f"{choice.data['label']}, {minutes} min"
        return likely

    @cached_property
    def unlikely(self) -> list[Any]:
        """All other services."""
        return [choice for choice in self["services"] if choice not in self.likely]

    def _is_likely(self, choice: Any) -> bool:
        service = _service(choice)
        usual = self.client.is_surrounding and service.kind == Service.Kind.SURROUNDING
        return service.pk in self.granted or choice.data["selected"] or usual

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, minutes = data.get("start"), data.get("minutes")
        if start is not None and minutes:
            self._check_window(data, start, minutes)
        self._check_order(data)
        return data

    def _check_window(self, data: dict[str, Any], start: int, minutes: int) -> None:
        try:
            window = windows.written(start, minutes, data.get("earliest"), data.get("latest_end"))
        except windows.Misplaced as fault:
            self.add_error(fault.field, str(fault))
        else:
            data["earliest"], data["latest_end"] = window.earliest, window.latest_end

    def _check_order(self, data: dict[str, Any]) -> None:
        after, least, most = data.get("after"), data.get("lag_min"), data.get("lag_max")
        if least is not None and most is not None and least > most:
            self.add_error(
                "lag_max",
                f"Senast {most} minuter är kortare än tidigast {least}. Skriv {least} eller mer.",
            )
        if after is None:
            if least is not None or most is not None:
                self.add_error("after", "Välj vilket besök det följer, eller töm minuterna.")
            return
        if chain := cycle_of(self.instance, after, self.others):
            self.add_error(
                "after",
                f"Besöken väntar på varandra: {' efter '.join(chain)}. Välj ett annat besök, eller "
                "ta bort ordningen på något av dem.",
            )


def _service(choice: Any) -> Service:
    return choice.data["value"].instance


class NewVisitForm(VisitForm):
    """A visit on one day or several."""

    days = forms.TypedMultipleChoiceField(
        label="Dagar", coerce=int, choices=list(enumerate(DAY_NAMES)),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


def cycle_of(
    visit: TemplateVisit, after: TemplateVisit, others: Iterable[TemplateVisit]
) -> list[str]:
    """The starts of visits that would wait for each other, or nothing."""
    by_pk = {row.pk: row for row in others}
    chain, at = [daytime.shown(visit.start)] if visit.start is not None else ["besöket"], after
    seen = set()
    while at is not None and at.pk not in seen:
        chain.append(daytime.shown(at.start))
        seen.add(at.pk)
        if at.after_id == visit.pk and visit.pk:
            return [*chain, chain[0]]
        at = by_pk.get(at.after_id)
    return []


class WeeksForm(forms.Form):
    """How many weeks a cycle has."""

    weeks = forms.IntegerField(label="Antal veckor", min_value=1)

    def clean_weeks(self) -> int:
        weeks = self.cleaned_data["weeks"]
        if weeks > MOST_WEEKS:
            raise ValidationError(
                f"En grundplanering har högst {MOST_WEEKS} veckor. Skriv ett tal mellan 1 och 6."
            )
        return weeks


class FirstDayForm(forms.Form):
    """The day from which a base plan holds."""

    fran = forms.DateField(label="Gäller från")


class AbsenceForm(forms.ModelForm):
    """A period away, of whole days or with times; its end may be unknown."""

    leaves_at = ClockField(
        label="Borta från klockan", help_text="Lämna tomt när hela den dagen gäller."
    )
    home_at = ClockField(
        label="Hemma igen klockan", is_end=True,
        help_text="Sista dagen. Besök från den tiden görs. Lämna tomt när hela den dagen gäller: då "
        "är personen hemma igen dagen efter.",
    )  # fmt: skip

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
                if data["leaves_at"] else "Skriv en senare tid, eller en tidigare dag som sista dag.",
            )  # fmt: skip
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
        self.fields["carer"].queryset = carers_of(client, day).filter(
            title=Carer.Title.ASSISTANT_NURSE
        )
        self.fields["carer"].empty_label = "Ingen"

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
        self.fields["carer"].queryset = carers_of(client, day)

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
            ("", "Aktiva"), ("vilande", "Vilande"), ("borta", "Borta i dag"),
            ("olast", "Olästa beställningar"), ("upphor", "Beslut som upphör inom 30 dagar"),
            ("kringtid", "Kringtid"), ("avslutade", "Avslutade"), ("alla", "Alla"),
        ],
    )  # fmt: skip

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["enhet"].queryset = units


class UnitFilter(forms.Form):
    """Which unit's list."""

    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["enhet"].queryset = units


def carers_of(client: Client, day: date) -> QuerySet[Carer]:
    """The carers of the client's unit on a day."""
    return Carer.objects.on(day).filter(unit=client.unit_id)
