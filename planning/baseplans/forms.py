"""Forms of base plans. Each says what, where, what to do."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.functional import cached_property

from clients.models import Client, Service
from door.fields import offer
from organisation.forms import UnitField
from organisation.models import Unit
from planning import daytime, windows
from planning.baseplans.matrix import DAY_NAMES
from planning.fields import WallField
from planning.models import BasePlan, BaseVisit, Skill
from planning.models.baseplans import MOST_WEEKS

STAFF = [(1, "1"), (2, "2, kräver riskbedömning och beslut"), (3, "3"), (4, "4")]
PRIORITIES = [(1, "1, måste göras i dag"), (2, "2, vanlig"), (3, "3, kan vänta till i morgon")]


class VisitChoice(forms.ModelChoiceField):
    """A visit of the same day, by its start."""

    def label_from_instance(self, visit: BaseVisit) -> str:
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
        BaseVisit.objects.none(),
        label="Efter besöket",
        required=False,
        empty_label="Inget",
    )
    serves = PersonChoices(
        Client.objects.none(),
        label="Utförs åt",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = BaseVisit
        fields = (
            "services", "start", "minutes", "earliest", "latest_end", "staff_needed", "serves",
            "skills", "priority", "after", "lag_min", "lag_max", "note",
        )  # fmt: skip
        widgets = {
            "services": forms.CheckboxSelectMultiple,
            "skills": forms.CheckboxSelectMultiple,
        }

    def __init__(
        self,
        *args: Any,
        base_plan: BasePlan | None,
        client: Client,
        week: int,
        weekday: int,
        granted: dict[int, int],
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.client, self.week, self.weekday = client, week, weekday
        self.granted = granted
        self.others = self._same_day(base_plan)
        chosen = self.instance.services.values_list("pk", flat=True) if self.instance.pk else ()
        offer(self, "services", Service.objects.offered(chosen))
        self.fields["services"].error_messages["required"] = "Välj minst en insats."
        offer(self, "after", self.others)
        if not Skill.objects.exists():
            del self.fields["skills"]
        if client.is_surrounding:
            people = Client.objects.filter(unit=client.unit_id).people()
            offer(self, "serves", people.order_by("name", "pk"))
        else:
            del self.fields["serves"]

    def _same_day(self, base_plan: BasePlan | None) -> QuerySet[BaseVisit]:
        if base_plan is None:
            return BaseVisit.objects.none()
        found = base_plan.visits.filter(week=self.week, weekday=self.weekday)
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
        if chain := circle_of(self.instance, after, self.others):
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
        label="Dagar",
        coerce=int,
        choices=list(enumerate(DAY_NAMES)),
        widget=forms.CheckboxSelectMultiple,
    )


def circle_of(visit: BaseVisit, after: BaseVisit, others: Iterable[BaseVisit]) -> list[str]:
    """The starts of visits that would wait for each other, or nothing."""
    by_pk = {row.pk: row for row in others}
    chain = [daytime.shown(visit.start)] if visit.start is not None else ["besöket"]
    at: BaseVisit | None = after
    seen = set()
    while at is not None and at.pk not in seen:
        chain.append(daytime.shown(at.start))
        seen.add(at.pk)
        if at.after_id == visit.pk and visit.pk:
            return [*chain, chain[0]]
        at = by_pk.get(at.after_id) if at.after_id else None
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


class UnitFilter(forms.Form):
    """Which unit's list."""

    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "enhet", units)
