"""What can be acted on, and which commands have been carried out. Requirements CAP-05, CAP-06."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import QuerySet

from audit.models import Event
from audit.words import event_name, field_names
from door.refusals import Refused


class Subject(models.Model):
    """What can be acted on, by `door.performing.perform` alone. It has a chain in the event log, a
    place in the tree of units, and a version.
    """

    called: ClassVar[str] = "Uppgifterna"
    """What it is called where a page says that it has changed."""

    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def is_personal(self) -> bool:
        """Whether what is done with it is personal data (SEC-02)."""
        return False

    @property
    def kind_of_object(self) -> str:
        """What its kind is called by who keeps a key of it."""
        return self._meta.label_lower

    @property
    def chain(self) -> str:
        """The name of its chain in the event log."""
        return f"{self._meta.model_name}:{self.pk}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that it lies in; empty when it belongs to the whole municipality."""
        return ""

    def locked(self) -> Self:
        """It as it stands now, held until the transaction ends. What is new is held by nobody.

        Raises Refused when it has been removed.
        """
        if self.pk is None:
            return self
        rows = type(self)._default_manager.select_for_update(of=("self",), no_key=True)
        found = rows.filter(pk=self.pk).first()
        if found is None:
            raise Refused(f"{self.called} finns inte längre. Gå tillbaka och ladda om sidan.")
        return found

    def step_version(self) -> None:
        """Give it its next version."""
        self.version += 1
        type(self)._base_manager.filter(pk=self.pk).update(version=self.version)

    def changes_since(self, version: int) -> list[str]:
        """What has been done with it since that version, and by whom."""
        changes = self.events_since(version)
        return [f"{_what(e)}, {e.actor.name if e.actor else 'Kundval'}" for e in changes]

    def events_since(self, version: int) -> QuerySet[Event]:
        """What has been done with it since that version, in order."""
        return (
            Event.objects.filter(
                chain__name=self.chain,
                object_type=self._meta.label_lower,
                object_id=str(self.pk),
                kind=Event.Kind.CHANGE,
                values__values__version__gt=version,
            )
            .select_related("actor", "values")
            .order_by("seq")
        )


def _what(event: Event) -> str:
    """An event with the names of the fields that it changed, and nothing of what they say."""
    pairs = [name for name, said in event.values.values.items() if isinstance(said, list)]
    named = sorted(field_names()[name].lower() for name in pairs if name in field_names())
    return f"{event_name(event.name)} ({', '.join(named)})" if named else event_name(event.name)


class PerformedKey(models.Model):
    """A command that has been carried out, by the key its sender gave it: never twice."""

    key = models.CharField(max_length=64, primary_key=True)
    command = models.CharField(max_length=80)
    object_type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)

    def __str__(self) -> str:
        return self.key
