"""Meetings that recur: with the providers, and of the professions involved. FUP-02, FUP-06."""

from datetime import date

from django.db import models
from django_fsm import transition

from cases.models import Case
from organisation.models import Responsibility
from organisation.roles import ADMINISTRATION, Role


class Meeting(Case):
    """A meeting of the annual wheel, with agenda, invitation and notes."""

    case_kind = "meeting"
    case_label = "Möte"
    number_prefix = "MOT"
    reader_roles = ADMINISTRATION | {
        Role.FIRST_SOCIAL_WORKER,
        Role.SOCIAL_WORKER,
        Role.CONTROLLER,
        Role.CHIEF_NURSE,
        Role.VIVA_ADMINISTRATOR,
        Role.UNIT_MANAGER,
    }

    class State(models.TextChoices):
        PLANNED = "planned", "Ska bokas"
        BOOKED = "booked", "Bokat"
        HELD = "held", "Hållet"
        CANCELLED = "cancelled", "Inställt"

    class Sort(models.TextChoices):
        PROVIDERS = "providers", "Utförarträff"
        INTERNAL = "internal", "Internt möte"

    sort = models.CharField("slag", max_length=10, choices=Sort)
    table = models.CharField("gäller", max_length=12, choices=Responsibility.Table)
    due_on = models.DateField("senast")
    booked_at = models.DateTimeField("bokat", null=True)
    place = models.CharField("plats", max_length=120, blank=True)
    agenda = models.TextField("dagordning", blank=True)
    held_on = models.DateField("hållet", null=True)
    attended = models.TextField("närvarande", blank=True)
    minutes = models.TextField("anteckningar", blank=True)

    @property
    def points(self) -> list[str]:
        """The agenda, point by point."""
        return [line.strip() for line in self.agenda.splitlines() if line.strip()]

    @transition(field="state", source=[State.PLANNED, State.BOOKED], target=State.BOOKED)
    def book(self) -> None:
        """Time, place and agenda are set."""

    @transition(field="state", source=State.BOOKED, target=State.HELD)
    def hold(self, *, on: date) -> None:
        """It has been held."""
        self.held_on = self.closed_on = on

    @transition(field="state", source=[State.PLANNED, State.BOOKED], target=State.CANCELLED)
    def cancel(self, *, on: date) -> None:
        """It is not held, for a reason that is recorded."""
        self.closed_on = on
