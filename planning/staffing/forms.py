"""Forms of staffing. Each says under the field what is wrong and what to write."""

from datetime import date
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from door.fields import Day, field_of, offer
from organisation import identity, swedish
from organisation.encryption import blind_index
from organisation.fields import PlaceForm
from organisation.forms import UnitField, overlapping
from organisation.models import Unit
from planning import daytime
from planning.models import Base, Carer, CarerSkill, SchedulePeriod, Shift, Skill, Team
from planning.staffing import rules
from planning.staffing.rules import Times, Wrong


class CarerFilter(forms.Form):
    """Which carers are listed. Never by identity number: the filter stands in the address."""

    namn = forms.CharField(label="Namn", required=False)
    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")
    kompetens = forms.ModelChoiceField(
        Skill.objects.all(), label="Kompetens", required=False, empty_label="Alla"
    )
    delegering = forms.ChoiceField(
        label="Delegering",
        required=False,
        choices=[("", "Alla"), ("snart", f"Går ut inom {rules.EXPIRY_DAYS} dagar")],
    )
    visa = forms.ChoiceField(
        label="Visa", required=False, choices=[("", "Anställda"), ("avslutade", "Avslutade")]
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "enhet", units)


class TeamChoice(forms.ModelChoiceField):
    """A team, with its unit."""

    def label_from_instance(self, team: Team) -> str:
        return f"{team}, {team.unit}"


class CarerForm(forms.ModelForm):
    """A carer's particulars. Numbers and user names are one person's alone (PLN-12)."""

    unit = UnitField(Unit.objects.none(), label="Enhet", empty_label="Välj enhet")
    identity_number = forms.CharField(
        label="Personnummer", max_length=20, help_text="ÅÅÅÅMMDD-NNNN. Visas sedan maskat."
    )

    class Meta:
        model = Carer
        fields = (
            "identity_number", "name", "username", "unit", "team", "title", "mode", "weekly_hours",
            "valid_from",
        )  # fmt: skip
        field_classes: ClassVar = {"team": TeamChoice, "valid_from": partial(Day, back=60)}
        localized_fields = ("weekly_hours",)
        labels = {"valid_from": "Anställd från och med"}
        help_texts = {
            "username": "Det som personen loggar in med i mobilen.",
            "weekly_hours": "Enligt anställningen. 0 för den som arbetar vid behov.",
        }

    def __init__(self, *args: Any, units: QuerySet[Unit], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.units = units
        offer(self, "unit", units)
        offer(self, "team", Team.objects.on(today).filter(unit__in=units), "Inget")
        self.fields["username"].required = True
        if self.instance.pk:
            del self.fields["valid_from"]
            self.initial["identity_number"] = ""
            if self.instance.identity_number:
                self.fields["identity_number"].required = False
                self.fields[
                    "identity_number"
                ].help_text = f"Nu {self.instance.shown_number}. Lämna tomt för att behålla det."
        else:
            self.initial["valid_from"] = today

    def clean_identity_number(self) -> str:
        text = self.cleaned_data["identity_number"]
        if not text and self.instance.pk:
            return self.instance.identity_number
        try:
            digits = identity.parse(text).digits
        except ValueError as error:
            raise ValidationError(str(error)) from None
        other = (
            Carer.objects.exclude(pk=self.instance.pk)
            .filter(identity_index=blind_index(digits))
            .select_related("unit")
            .first()
        )
        if other:
            raise ValidationError(self._taken("Personnumret", other))
        return digits

    def clean_username(self) -> str:
        username = self.cleaned_data["username"].strip()
        try:
            identity.parse(username)
        except ValueError:
            pass
        else:
            raise ValidationError("Använd inte personnumret som användarnamn. Välj ett annat.")
        other = (
            Carer.objects.exclude(pk=self.instance.pk)
            .filter(username__iexact=username)
            .select_related("unit")
            .first()
        )
        if other:
            raise ValidationError(self._taken("Användarnamnet", other))
        return username

    def clean_weekly_hours(self):
        hours = self.cleaned_data["weekly_hours"]
        if not 0 <= hours <= 48:
            raise ValidationError("Skriv timmar mellan 0 och 48.")
        return hours

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        team, unit = data.get("team"), data.get("unit")
        if team and unit and team.unit_id != unit.pk:
            self.add_error("team", f"{team} hör till {team.unit}. Välj ett arbetslag i {unit}.")
        return data

    def _taken(self, what: str, other: Carer) -> str:
        """Who has it; of a unit that one does not reach, the unit alone (SEC-01)."""
        if self.units.filter(pk=other.unit_id).exists():
            return (
                f"{what} finns redan hos {other}, {other.unit}. Rätta det, eller ändra hos {other}."
            )
        return f"{what} finns redan hos en anställd i {other.unit}. Rätta det, eller fråga enheten."


class CarerSkillForm(forms.ModelForm):
    """What a carer can, and of a delegation who gave it and its last day (CAP-18)."""

    class Meta:
        model = CarerSkill
        fields = ("skill", "valid_from", "valid_to", "granted_by")
        field_classes: ClassVar = {"valid_from": partial(Day, back=60)}
        help_texts = {
            "valid_to": "Behövs för en delegering.",
            "granted_by": "Sjuksköterskan som har delegerat. Behövs för en delegering.",
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["valid_from"] = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        skill = data.get("skill")
        if skill and skill.is_delegation:
            for name in ("valid_to", "granted_by"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, "Fyll i det här för en delegering.")
        if (
            skill
            and data.get("valid_from")
            and self.instance.carer.skills.filter(
                overlapping(data["valid_from"], data.get("valid_to")), skill=skill
            ).exists()
        ):
            raise ValidationError(
                "Personen har redan kompetensen under en del av tiden. Avsluta den först, eller "
                "välj en senare första dag."
            )
        return data


class LastDayForm(forms.Form):
    """The last day of something that holds."""

    last_day = forms.DateField(label="Sista dag", help_text="Gäller till och med den dagen.")

    def __init__(self, *args: Any, first: date | None = None, too_early: str = "", **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.first, self.too_early = first, too_early

    def clean_last_day(self) -> date:
        last_day: date = self.cleaned_data["last_day"]
        if self.first and last_day < self.first:
            raise ValidationError(self.too_early)
        return last_day


class SkillForm(forms.ModelForm):
    """Something that a visit may ask of whoever does it (PLN-21)."""

    class Meta:
        model = Skill
        fields = ("name", "code", "is_delegation")
        help_texts = {"code": "Kort, utan mellanslag. Till exempel: insulin"}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["code"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if (
            Skill.objects.exclude(pk=self.instance.pk)
            .filter(swedish.spelled(name, "name"))
            .exists()
        ):
            raise ValidationError("Det finns redan en kompetens med det namnet. Välj ett annat.")
        return name


class BaseForm(PlaceForm):
    """Where a unit's shifts start and end."""

    class Meta:
        model = Base
        fields = ("address", "latitude", "longitude")
        localized_fields = ("latitude", "longitude")
        help_texts = {
            "latitude": "Grader norr, med decimaler. Till exempel: 60,1265",
            "longitude": "Grader öster, med decimaler. Till exempel: 15,4290",
        }


class TeamForm(forms.ModelForm):
    """A group of carers within a unit (PLN-21)."""

    unit = UnitField(Unit.objects.none(), label="Enhet", empty_label="Välj enhet")

    class Meta:
        model = Team
        fields = ("name", "unit", "valid_from")

    def __init__(self, *args: Any, units: QuerySet[Unit], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "unit", units)
        if self.instance.pk:
            del self.fields["unit"], self.fields["valid_from"]
        else:
            self.initial["valid_from"] = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit = data.get("unit") or (self.instance.unit if self.instance.pk else None)
        same = Team.objects.exclude(pk=self.instance.pk).filter(
            Q(valid_to=None), swedish.spelled(data.get("name", ""), "name"), unit=unit
        )
        if unit and same.exists():
            self.add_error(
                "name", f"{unit} har redan ett arbetslag med det namnet. Välj ett annat."
            )
        return data


class PeriodForm(forms.ModelForm):
    """The first and last day of a schedule period (PLN-10)."""

    unit = UnitField(Unit.objects.none(), label="Enhet", empty_label="Välj enhet")

    class Meta:
        model = SchedulePeriod
        fields = ("unit", "first", "last")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "unit", units)
        if self.instance.pk:
            del self.fields["unit"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit = data.get("unit") or (self.instance.unit if self.instance.pk else None)
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "Sista dagen måste vara första dagen eller senare.")
        elif first and last and unit:
            near = (
                SchedulePeriod.objects.exclude(pk=self.instance.pk)
                .filter(unit=unit, first__lte=last, last__gte=first)
                .first()
            )
            if near:
                self.add_error("first", f"{unit} har redan perioden {near}. Rätta dagarna.")
        return data


class TimesForm(forms.Form):
    """When a shift is, as clocks show it, and its break."""

    start = forms.CharField(label="Börjar", max_length=5, help_text="tt:mm")
    end = forms.CharField(
        label="Slutar", max_length=5, help_text="tt:mm. Före starten betyder nästa dag."
    )
    break_minutes = forms.IntegerField(
        label="Rast, minuter", min_value=0, max_value=rules.LONGEST_BREAK, initial=30
    )
    break_earliest = forms.CharField(
        label="Rasten börjar tidigast",
        max_length=5,
        required=False,
        help_text="Lämnas tiderna tomma läggs rasten så att ingen arbetar mer än fem timmar i sträck.",
    )
    break_latest = forms.CharField(label="Rasten börjar senast", max_length=5, required=False)

    times: Times

    def day_of(self, data: dict[str, Any]) -> date | None:
        """The shift's day: the form's own, when it asks for one."""
        return data.get("day")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        day = self.day_of(data)
        if day and {"start", "end", "break_minutes"} <= data.keys():
            try:
                self.times = rules.times(
                    day,
                    data["start"],
                    data["end"],
                    data["break_minutes"],
                    data.get("break_earliest", ""),
                    data.get("break_latest", ""),
                )
            except Wrong as wrong:
                self.add_error(wrong.field, str(wrong))
        return data


class CarerChoice(forms.ModelChoiceField):
    """A carer, with their unit when it is another."""

    home: Unit | None = None

    def label_from_instance(self, carer: Carer) -> str:
        return str(carer) if carer.unit == self.home else f"{carer}, {carer.unit}"


class NewShiftForm(TimesForm):
    """A carer's shift on a day; in another unit than their own it is a loan (PLN-14)."""

    carer = CarerChoice(Carer.objects.none(), label="Personal", empty_label="Välj person")
    day = forms.DateField(label="Dag")
    unit = UnitField(Unit.objects.none(), label="Arbetar i", empty_label=None)
    field_order = ("carer", "day", "start", "end")

    def __init__(
        self, *args: Any, home: Unit, carers: QuerySet[Carer], units: QuerySet[Unit], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.initial["unit"] = home.pk
        field_of(self, "carer", CarerChoice).home = home
        offer(self, "carer", carers)
        offer(self, "unit", units)


class RowForm(TimesForm):
    """A substitute row on a day (PLN-13)."""

    day = forms.DateField(label="Dag")
    field_order = ("day", "start", "end")


class FormOfShift(forms.Form):
    """What is done with a shift that there is."""

    def __init__(self, *args: Any, shift: Shift, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.shift = shift


class LooseningForm(FormOfShift):
    """What takes a shift from its visits, which are made loose if that is asked for."""

    loosen = forms.BooleanField(label="Gör besöken otilldelade", required=False)


class ShiftForm(LooseningForm, TimesForm):
    """A shift's times, and the unit in which it is worked."""

    unit = UnitField(Unit.objects.none(), label="Arbetar i", empty_label=None)
    field_order = ("start", "end", "break_minutes", "break_earliest", "break_latest", "unit")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        shift = self.shift
        offer(self, "unit", units)
        self.initial["unit"] = shift.unit_id
        for name in ("start", "end", "break_earliest", "break_latest"):
            if shift.break_minutes or not name.startswith("break"):
                self.initial[name] = daytime.wall(shift.day, getattr(shift, name))
        self.initial["break_minutes"] = shift.break_minutes

    def day_of(self, data: dict[str, Any]) -> date | None:
        return self.shift.day


class PutForm(FormOfShift):
    """Who stands on a substitute row."""

    carer = CarerChoice(
        Carer.objects.none(),
        label="Vikarie",
        required=False,
        empty_label="Ingen, raden är ledig",
        help_text="Alla besök på raden följer med.",
    )

    def __init__(self, *args: Any, carers: QuerySet[Carer], **kwargs: Any):
        super().__init__(*args, **kwargs)
        field_of(self, "carer", CarerChoice).home = self.shift.unit
        offer(self, "carer", carers)
        self.initial["carer"] = self.shift.carer_id


class AbsentForm(FormOfShift):
    """From when the carer is away."""

    at = forms.CharField(
        label="Frånvarande från",
        max_length=5,
        help_text="tt:mm. Passets början om det gäller hela passet. Skriv inget om orsaken.",
    )
    minute: int

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["at"] = daytime.wall(self.shift.day, self.shift.start)

    def clean_at(self) -> str:
        text = self.cleaned_data["at"]
        try:
            shown = daytime.parse_wall(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        minute = daytime.from_wall(self.shift.day, shown)
        if minute < self.shift.start:
            minute = daytime.from_wall(self.shift.day, shown + daytime.DAY)
        self.minute = minute
        return text


class PasteForm(forms.Form):
    """Rows from a spreadsheet, for a period (PLN-11)."""

    period = forms.ModelChoiceField(
        SchedulePeriod.objects.none(), label="Schemaperiod", empty_label=None
    )
    text = forms.CharField(
        label="Rader",
        max_length=400_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Personnummer; namn; användarnamn; datum; start; slut; rast i minuter. Klistra in "
        "från ett kalkylark, eller skriv med semikolon mellan.",
    )

    def __init__(self, *args: Any, periods: QuerySet[SchedulePeriod], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "period", periods)

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        most = 2000
        if len(text.splitlines()) > most:
            raise ValidationError(f"Högst {most} rader åt gången. Dela upp dem.")
        return text
