"""A command: one verb of something that can be acted on. Requirements CAP-05, CAP-08."""

from collections.abc import Collection, Mapping
from dataclasses import Field, dataclass, fields
from datetime import date
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from django.db import models

from audit.act import Act
from door import asked
from door.actors import Actor, Holding
from door.asked import CommandForm
from door.models import Subject
from door.refusals import Missing, NotAllowed

S = TypeVar("S", bound=Subject)
Kept = Mapping[str, object]
"""What an event keeps: names and values."""


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(
        asked.line, asked.text, asked.mail, asked.day, asked.time, asked.number, asked.yes,
        asked.confirmed, asked.choice, asked.choices, asked.one_of, asked.some_of, asked.file,
        asked.value,
    ),
)  # fmt: skip
class Command(Generic[S]):
    """A verb of a kind of subject. Its fields are what the actor states, each said once (`door.asked`):
    a subclass is made a frozen dataclass, and gets the form that its fields ask for. `form` may name a
    `CommandForm` of its own, with what depends on more than one field.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(frozen=True, kw_only=True)(cls)
        if asked.of(cls):
            cls.form = asked.form_of(cls, cls.form)

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    """Every subclass is a dataclass."""
    do_not_call_in_templates: ClassVar[bool] = True
    label: ClassVar[str]
    roles: ClassVar[frozenset[str]] = frozenset()
    """Roles that may do it where the subject is."""
    automatic: ClassVar[bool] = False
    """Whether the system itself may do it (a sweep); never for approving or rejecting (CAP-16)."""
    keeps_version: ClassVar[bool] = False
    """Whether it changes nothing that pages of the subject fill in: several do such things at the same time,
    and none has to read the page again."""
    form: ClassVar[type[CommandForm]] = CommandForm
    help: ClassVar[str] = ""

    @classmethod
    def command_name(cls) -> str:
        """The name in the event log and in addresses, for example `request_completion`."""
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)
        return words.lstrip("_")

    @classmethod
    def roles_on(cls, day: date) -> Collection[str]:
        """The roles that may do it on a day."""
        return cls.roles

    @classmethod
    def holding(cls, subject: S, actor: Actor) -> Holding:
        """What lets `actor` do it. Raises NotAllowed with the reason in Swedish."""
        held = actor.held(cls.roles_on(actor.day), subject.unit_path)
        if held is None:
            raise NotAllowed(f"”{cls.label}” får inte göras enligt din roll.")
        return held

    @classmethod
    def fits(cls, subject: S) -> bool:
        """Whether it makes sense as the subject stands."""
        return True

    @classmethod
    def unfit(cls, subject: S) -> str:
        """What to say when it does not."""
        return f"”{cls.label}” går inte att göra nu. Ladda om sidan."

    @classmethod
    def missing(cls, subject: S, day: date) -> list[Missing]:
        """What the subject lacks before it can be carried out. The page shows the same."""
        return []

    def check(self, subject: S, act: Act) -> None:
        """Raise Refused when what the actor stated cannot be right."""

    def apply(self, subject: S, act: Act) -> Kept | None:
        """Carry it out on the locked subject. Returns further values for the event."""
        raise NotImplementedError

    def carry_out(self, subject: S, act: Act, actor: Actor | None) -> dict[str, object]:
        """Apply it, and give the subject its next version. Returns what the event keeps."""
        stated = self.stated()
        values = {**stated, **(self.apply(subject, act) or {})}
        if self.keeps_version:
            return values
        subject.step_version()
        return {"version": subject.version, **values}

    def stated(self) -> Kept:
        """The command's fields, for the event log; long texts and files only where the field says so."""
        asks = asked.of(type(self))
        return {
            f.name: _kept(getattr(self, f.name), asks[f.name].logged if f.name in asks else True)
            for f in fields(self)
            if f.name not in asks or asks[f.name].logged
        }


def _kept(value: Any, logged: asked.Logged) -> Any:
    return plain(logged(value) if callable(logged) and value is not None else value)


def plain(value: Any) -> Any:
    """A value as the event log can keep it: rows by their id, collections as lists."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)
