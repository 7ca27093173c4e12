"""The form of practice."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from door.fields import offer
from organisation.authority import actor_on
from organisation.forms import UnitField
from organisation.models import Unit, User
from planning.models import Training
from planning.plan.change import PLANNERS


class TrainingForm(forms.ModelForm):
    """Who was introduced by whom: an existing planner of the unit, and never oneself (BEY-17)."""

    unit = UnitField(Unit.objects.none(), label="Enhet", empty_label="Välj enhet")

    class Meta:
        model = Training
        fields = ("unit", "trainee", "trainer", "day", "note")

    def __init__(self, *args: Any, units: QuerySet[Unit], today: date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.today = today
        offer(self, "unit", units)
        people = User.objects.filter(is_active=True).order_by("name")
        for name in ("trainee", "trainer"):
            offer(self, name, people, "Välj person")

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(
                f"Dagen har inte varit än. Skriv {self.today} eller tidigare."
            )
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        trainer, unit, day = said.get("trainer"), said.get("unit"), said.get("day")
        if trainer and trainer == said.get("trainee"):
            self.add_error("trainer", "Ingen kan utbilda sig själv. Välj en planerare till.")
        elif (
            trainer and unit and day and actor_on(trainer, day).holding(PLANNERS, unit.path) is None
        ):
            self.add_error(
                "trainer",
                f"{trainer} planerade inte {unit} den dagen. Introduktionen ges av den som redan "
                "är planerare.",
            )
        return said
