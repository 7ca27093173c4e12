"""Forms of the organisation's pages. Each says under the field what is wrong and what to write."""

from datetime import date
from functools import partial
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from audit.clock import day_before
from door.fields import Day, field_of, offer
from organisation import identity, swedish
from organisation.defaults import RULES
from organisation.models import (
    DelegationRule,
    Provider,
    Responsibility,
    RoleAssignment,
    Substitution,
    Unit,
    UnitCode,
    User,
)
from organisation.request import Request
from organisation.roles import OUTSIDE_ROLES, Role

ALL = ("", "Alla")
CHOOSE_ROLE = ("", "Välj roll")
GRANTED_ROLES = [(value, label) for value, label in Role.choices if value != Role.APPLICANT]
INSIDE_ROLE_CHOICES = [
    (value, label) for value, label in Role.choices if value not in OUTSIDE_ROLES
]


class UnitField(forms.ModelChoiceField):
    """A unit, with the tree's levels shown by indentation."""

    def label_from_instance(self, unit: Unit) -> str:
        return "\u00a0" * 4 * unit.depth + unit.name


class ConfirmForm(forms.Form):
    """What is done as the page says: nothing is asked but that the person goes on."""

    def __init__(self, request: Request):
        # What is sent is empty but for the page's own fields, and is sent all the same.
        super().__init__(request.POST if request.method == "POST" else None)


class UserFilter(forms.Form):
    """Which people are listed."""

    namn = forms.CharField(label="Namn", required=False)
    roll = forms.ChoiceField(label="Roll", required=False, choices=[ALL, *Role.choices])
    enhet = UnitField(Unit.objects.none(), label="Enhet", required=False, empty_label="Alla")
    visa = forms.ChoiceField(
        label="Visa",
        required=False,
        choices=[("", "Aktiva"), ("avslutade", "Avslutade"), ("alla", "Alla")],
    )

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "enhet", units)


class UserForm(forms.ModelForm):
    """A person's name and how to reach them."""

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name", "email", "phone")


class NewUserForm(UserForm):
    """A new person. The user name is never a personal identity number (SEC-03)."""

    class Meta(UserForm.Meta):
        fields = ("username", *UserForm.Meta.fields)
        labels = {"username": "Användarnamn"}
        help_texts = {"username": "Bokstäver, siffror och tecknen @ . + - _. Ändras inte senare."}

    def clean_username(self) -> str:
        username = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError("Användarnamnet finns redan. Välj ett annat.")
        try:
            identity.parse(username)
        except ValueError:
            return username
        raise ValidationError("Använd inte personnumret som användarnamn. Välj ett annat.")


class RoleForm(forms.ModelForm):
    """A role in a unit, or with a provider, for a period that does not begin in the past."""

    unit = UnitField(
        Unit.objects.none(),
        label="Enhet",
        empty_label="Välj enhet",
        help_text="Rollen når enheten och allt under den.",
    )

    class Meta:
        model = RoleAssignment
        fields = ("role", "unit", "provider", "valid_from", "valid_to")
        help_texts = {
            "provider": "Bara för verksamhetsansvarig hos utförare. Företrädare för företag som "
            "ansöker registrerar sig själva.",
            "valid_to": "Lämna tomt om rollen gäller tills vidare.",
        }

    def __init__(
        self,
        *args: Any,
        units: QuerySet[Unit],
        providers: QuerySet[Provider],
        today: date,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.initial["valid_from"] = today
        self.today = today
        field_of(self, "role", forms.ChoiceField).choices = [CHOOSE_ROLE, *GRANTED_ROLES]
        offer(self, "unit", units)
        self.fields["unit"].required = self.data.get("role") not in OUTSIDE_ROLES
        offer(self, "provider", providers, "Ingen")
        if not providers.exists():
            del self.fields["provider"]
            field_of(self, "role", forms.ChoiceField).choices = [CHOOSE_ROLE, *INSIDE_ROLE_CHOICES]

    def clean_valid_from(self) -> date:
        return not_past(self.cleaned_data["valid_from"], self.today)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        outside = data.get("role") in OUTSIDE_ROLES
        if outside and not data.get("provider"):
            self.add_error("provider", "Välj utförare.")
        elsewhere = "unit" if outside else "provider"
        if data.get("role") and data.get(elsewhere):
            self.add_error(elsewhere, "Rollen hålls inte här. Lämna tomt.")
        if (
            self.instance.user_id
            and data.get("role")
            and data.get("valid_from")
            and RoleAssignment.objects.filter(
                overlapping(data["valid_from"], data.get("valid_to")),
                user=self.instance.user_id,
                role=data["role"],
                unit=data.get("unit"),
                provider=data.get("provider"),
            ).exists()
        ):
            raise ValidationError("Personen har redan rollen där under perioden.")
        return data


class EndForm(forms.Form):
    """The last day of something that holds."""

    last_day = forms.DateField(
        label="Sista dag",
        help_text="Gäller till och med den dagen. Skriv gårdagens datum om det ska upphöra genast.",
    )

    def __init__(self, *args: Any, today: date, until: date | None = None, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["last_day"] = today
        self.today, self.until = today, until

    def clean_last_day(self) -> date:
        day = self.cleaned_data["last_day"]
        if day < day_before(self.today):
            raise ValidationError(
                "Det som redan har gällt kan inte tas tillbaka. Välj gårdagens datum eller senare."
            )
        if self.until and day >= self.until:
            raise ValidationError(
                f"Det slutar redan {self.until.isoformat()}. Välj en tidigare dag."
            )
        return day


class MoveRoleForm(forms.Form):
    """The same role in another unit from a day."""

    unit = UnitField(Unit.objects.none(), label="Ny enhet", empty_label="Välj enhet")
    valid_from = forms.DateField(
        label="Från och med", help_text="Rollen i den gamla enheten slutar dagen före."
    )

    def __init__(
        self, *args: Any, role: RoleAssignment, units: QuerySet[Unit], today: date, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.initial["valid_from"] = today
        self.role, self.today = role, today
        offer(self, "unit", units.exclude(pk=role.unit_id) if role.unit_id else units)

    def clean_valid_from(self) -> date:
        day = not_past(self.cleaned_data["valid_from"], self.today)
        if self.role.valid_to and day > self.role.valid_to:
            raise ValidationError(
                f"Rollen slutar {self.role.valid_to.isoformat()}. Välj den dagen eller tidigare."
            )
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (
            data.get("unit")
            and data.get("valid_from")
            and RoleAssignment.objects.filter(
                overlapping(data["valid_from"], self.role.valid_to),
                user=self.role.user_id,
                role=self.role.role,
                unit=data["unit"],
            ).exists()
        ):
            raise ValidationError("Personen har redan rollen i den enheten under perioden.")
        return data


class UnitForm(forms.ModelForm):
    """A new unit under another."""

    parent = UnitField(Unit.objects.none(), label="Ingår i", empty_label="Välj enhet")

    class Meta:
        model = Unit
        fields = ("name", "parent", "valid_from")
        field_classes: ClassVar = {"valid_from": partial(Day, back=100)}
        labels = {"valid_from": "Från och med"}

    def __init__(self, *args: Any, units: QuerySet[Unit], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "parent", units)
        self.initial["valid_from"] = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_taken_name(data.get("name"), data.get("parent"), self.instance)
        return data


class RenameUnitForm(forms.ModelForm):
    """A unit's name."""

    class Meta:
        model = Unit
        fields = ("name",)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refuse_taken_name(data.get("name"), self.instance.parent, self.instance)
        return data


class MoveUnitForm(forms.ModelForm):
    """Where in the tree a unit stands."""

    parent = UnitField(Unit.objects.none(), label="Ska ingå i", empty_label="Välj enhet")

    class Meta:
        model = Unit
        fields = ("parent",)

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "parent", units)

    def clean_parent(self) -> Unit:
        parent = self.cleaned_data["parent"]
        if fault := ring(self.instance, parent):
            raise ValidationError(fault)
        refuse_taken_name(self.instance.name, parent, self.instance)
        return parent


class CodeForm(forms.ModelForm):
    """What a unit is called in an outside system."""

    class Meta:
        model = UnitCode
        fields = ("system", "code")


class SubstitutionForm(forms.ModelForm):
    """Who stands in for whom, and when. Nobody appoints themselves."""

    class Meta:
        model = Substitution
        fields = ("absent", "substitute", "valid_from", "valid_to", "reason")
        labels = {"absent": "Frånvarande"}
        help_texts = {
            "substitute": "Får göra det som den frånvarande får göra. Båda namnen står i loggen.",
            "reason": "Till exempel semester. Skriv inget om hälsa.",
        }

    def __init__(
        self, *args: Any, people: QuerySet[User], appointer: User, today: date, **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.initial["valid_from"] = today
        self.appointer, self.today = appointer, today
        for name in ("absent", "substitute"):
            offer(self, name, people, "Välj person")
        self.fields["valid_to"].required = True

    def clean_valid_from(self) -> date:
        return not_past(self.cleaned_data["valid_from"], self.today)

    def clean_substitute(self) -> User:
        substitute = self.cleaned_data["substitute"]
        if substitute == self.appointer:
            raise ValidationError(
                "Du kan inte utse dig själv till ersättare. Be en kollega med samma behörighet."
            )
        return substitute

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"absent", "substitute", "valid_from", "valid_to"} <= data.keys() and (
            Substitution.objects.filter(
                overlapping(data["valid_from"], data["valid_to"]),
                absent=data["absent"],
                substitute=data["substitute"],
            ).exists()
        ):
            raise ValidationError("Personen är redan ersättare under en del av perioden.")
        return data


class ResponsibilityForm(forms.ModelForm):
    """A row of the responsibility matrix. Roles, never names, answer for an area."""

    class Meta:
        model = Responsibility
        fields = (
            "area", "main_role", "substitute_role", "co_responsible", "interval", "duty", "comment",
        )  # fmt: skip
        help_texts = {"substitute_role": "Träder in när den huvudansvariga är frånvarande."}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for name in ("main_role", "substitute_role"):
            field_of(self, name, forms.ChoiceField).choices = [CHOOSE_ROLE, *INSIDE_ROLE_CHOICES]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("main_role") and data["main_role"] == data.get("substitute_role"):
            self.add_error("substitute_role", "Välj en annan roll än den huvudansvariga.")
        if data.get("duty") and data.get("interval") not in Responsibility.MONTHS:
            self.add_error("interval", "Välj hur ofta uppgiften ska läggas i årshjulet.")
        same = Responsibility.objects.filter(table=self.instance.table, area=data.get("area"))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("area", "Området finns redan i tabellen. Ändra den raden i stället.")
        return data


class DelegationForm(forms.ModelForm):
    """A line of the delegation of authority: a new one, or the one that replaces `old`."""

    code = forms.ChoiceField(
        label="Beslut som Kundval frågar efter",
        choices=[("", "Välj beslut"), *((code, label) for code, label, _ in RULES)],
    )

    class Meta:
        model = DelegationRule
        fields = ("code", "label", "role", "paragraph", "valid_from", "valid_to")
        help_texts = {
            "label": "Som det står i nämndens delegationsordning.",
            "valid_to": "Lämna tomt om delegationen gäller tills vidare.",
        }

    def __init__(self, *args: Any, today: date, old: DelegationRule | None = None, **kwargs: Any):
        if old:
            kwargs["instance"] = DelegationRule(code=old.code)
            kwargs["initial"] = {
                name: getattr(old, name) for name in ("label", "role", "paragraph", "valid_to")
            }
        super().__init__(*args, **kwargs)
        self.today, self.old = today, old
        self.initial["valid_from"] = today
        field_of(self, "role", forms.ChoiceField).choices = [CHOOSE_ROLE, *INSIDE_ROLE_CHOICES]
        if old:
            del self.fields["code"]
            self.fields["valid_from"].help_text = "Den nuvarande delegationen slutar dagen före."

    def clean_valid_from(self) -> date:
        day = not_past(self.cleaned_data["valid_from"], self.today)
        if self.old and self.old.valid_from <= self.today and day <= self.old.valid_from:
            raise ValidationError(
                f"Den nuvarande delegationen började gälla {self.old.valid_from.isoformat()}. "
                "Välj en senare dag."
            )
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("role") and data.get("valid_from"):
            same = DelegationRule.objects.filter(
                overlapping(data["valid_from"], data.get("valid_to")),
                code=data.get("code") or self.instance.code,
                role=data["role"],
            )
            if self.old:
                same = same.exclude(pk=self.old.pk)
            if same.exists():
                raise ValidationError("Rollen har redan den delegationen under perioden.")
        return data


class LogFilter(forms.Form):
    """Which lines of the log are shown. Never a name: the person is chosen (SEC-03)."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="Vem", required=False, empty_label="Alla"
    )
    objekt = forms.CharField(
        label="Ärende, användarnamn eller brukare 12", required=False, max_length=150
    )
    fran = forms.DateField(label="Från och med", required=False)
    till = forms.DateField(label="Till och med", required=False)
    slag = forms.ChoiceField(
        label="Slag",
        required=False,
        choices=[
            ALL,
            ("read", "Läsningar"),
            ("refusal", "Nekade försök"),
            ("change", "Ändrade personuppgifter"),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offer(self, "person", User.objects.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("fran") and data.get("till") and data["till"] < data["fran"]:
            self.add_error("till", "Slutdagen måste vara startdagen eller senare.")
        return data


class LogCheckForm(forms.Form):
    """That a check of the log was made: what was looked at, and what was found (SEC-02)."""

    NOTHING, DEVIATION = "nothing", "deviation"
    OUTCOMES = ((NOTHING, "Utan anmärkning"), (DEVIATION, "Avvikelse som utreds"))

    first_day = forms.DateField(label="Kontrollerad period från och med")
    last_day = forms.DateField(label="Till och med")
    sample = forms.CharField(
        label="Urval",
        max_length=300,
        help_text="Till exempel: alla läsningar av tio slumpvis valda ärenden.",
    )
    outcome = forms.ChoiceField(label="Utfall", choices=OUTCOMES, widget=forms.RadioSelect)
    note = forms.CharField(
        label="Anteckning",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Behövs vid avvikelse. Skriv inga personnummer.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_last_day(self) -> date:
        day = self.cleaned_data["last_day"]
        if day > self.today:
            raise ValidationError("Perioden kan inte sluta efter dagens datum.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("first_day") and data.get("last_day") and data["last_day"] < data["first_day"]:
            self.add_error("last_day", "Slutdagen måste vara startdagen eller senare.")
        if data.get("outcome") == self.DEVIATION and not data.get("note"):
            self.add_error("note", "Skriv vad som avvek och vad som händer nu.")
        return data


def not_past(day: date, today: date) -> date:
    """`day`, unless it has passed. Raises ValidationError."""
    if day < today:
        raise ValidationError("Det kan inte börja gälla bakåt i tiden. Välj i dag eller senare.")
    return day


def overlapping(first: date, last: date | None) -> Q:
    """Rows that hold on some day of the period, both days inclusive; no `last` means still."""
    condition = Q(valid_to=None) | Q(valid_to__gte=first)
    return condition & Q(valid_from__lte=last) if last else condition


def ring(unit: Unit, parent: Unit) -> str:
    """What to say when a unit would lie in itself, or in one below it; else nothing."""
    if not parent.path.startswith(unit.path):
        return ""
    return (
        f"{unit.name} kan inte ingå i sig själv eller i en enhet under sig. "
        "Välj en enhet på en annan gren."
    )


def refuse_taken_name(name: str | None, parent: Unit | None, unit: Unit) -> None:
    """Raise ValidationError when a sister unit that has not ended has the name."""
    if (
        name
        and parent
        and (
            Unit.objects.filter(swedish.spelled(name, "name"), parent=parent, valid_to=None)
            .exclude(pk=unit.pk)
            .exists()
        )
    ):
        raise ValidationError(f"{parent} har redan en enhet som heter {name}. Välj ett annat namn.")
