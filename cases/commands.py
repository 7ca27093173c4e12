"""Commands of cases, and how a case is opened. They are carried out by `door.performing.perform`."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, ClassVar, TypeVar

from django.db import IntegrityError, models, transaction
from django_fsm import can_proceed

from audit import log
from audit.act import Act
from cases import flows
from cases.models import Case, CaseNumber
from cases.permission import permitting, roles_for
from door import actors, asked, entry
from door.asked import CommandForm
from door.command import Command, plain
from door.models import PerformedKey
from door.refusals import NotAllowed
from organisation.authority import Actor, Holding

C = TypeVar("C", bound=Case)


class CaseForm(CommandForm[C]):
    """The form of a command of a case."""

    actor: Actor

    @property
    def case(self) -> C:
        """The case that the command is done on."""
        return self.row


class CaseCommand(Command[C]):
    """A verb of a kind of case."""

    by_company: ClassVar[bool] = False
    """Whether the people of the case's company may do it too."""
    by_name: ClassVar[bool] = False
    """Whether those who were given the case by name may do it, whatever their role."""
    delegation: ClassVar[str] = ""
    """Code in the delegation of authority: only its delegates may decide, whatever `roles` says."""
    transition: ClassVar[str] = ""
    """Name of the case's FSM method that it calls; empty when the state stays."""
    on_closed: ClassVar[bool] = False
    """Whether it may be done on an ended case."""
    despite_conflict: ClassVar[bool] = False
    form: ClassVar[type[CommandForm]] = CaseForm
    official: ClassVar[bool] = False
    reads_first: ClassVar[bool] = False
    """Whether the case is read before it is done: a list of work leads to the case, not to the form."""
    primary: ClassVar[bool] = False
    """Whether it is the step that leads on, shown as the page's first button; see `leads_on`."""

    @classmethod
    def roles_on(cls, day: date) -> Collection[str]:
        return roles_for(cls, day)

    @classmethod
    def holding(cls, case: C, actor: Actor) -> Holding:  # type: ignore[override]
        is_seen = case.is_read_in_its_unit(actor)
        if not (is_seen or Case.objects.filter(pk=case.pk).visible_to(actor).exists()):
            raise NotAllowed("Du har inte tillgång till ärendet.")
        held = permitting(case, cls, actor)
        if isinstance(held, str):
            raise NotAllowed(held)
        return held

    @classmethod
    def fits(cls, case: C) -> bool:
        """Whether the command makes sense in the case's state."""
        if case.closed_on and not cls.on_closed:
            return False
        if not cls.transition:
            return case.state != Case.DRAFT
        return can_proceed(getattr(case, cls.transition))

    @classmethod
    def unfit(cls, case: C) -> str:
        return (
            f"”{cls.label}” går inte att göra när ärendet är i läget {case.concrete().state_label}."
        )

    @classmethod
    def leads_on(cls, case: C) -> bool:
        """Whether it is the step that leads on from where the case is now."""
        return cls.primary

    @classmethod
    def barred(cls, case: C) -> Mapping[int, str]:
        """People (by user id) who may not do it because of four eyes, with the reason."""
        return {}

    def carry_out(self, case: C, act: Act, actor: actors.Actor | None) -> dict[str, object]:
        """Apply it, save what it changed of the case, and let the case's tasks follow."""
        before = _column_values(case)
        extra = self.apply(case, act) or {}
        if case.state != before["state"]:
            case.state_since = act.at
        case.version += 1
        now = _column_values(case)
        case.save(update_fields=[name for name, value in now.items() if value != before[name]])
        flows.advance(case, act.day, *([actor] if isinstance(actor, Actor) else []))
        return {"version": case.version, **self.stated(), **_changed(case, before), **extra}


def _changed(case: Case, before: Mapping[str, Any]) -> dict[str, Any]:
    """What the log keeps of the columns that a command changed: from and to, and of what a person
    wrote that it was changed."""
    now = _column_values(case)
    names = [
        name
        for name, value in now.items()
        if value != before[name] and name not in ("version", "state_since")
    ]
    written = [name for name in names if _is_written(case, name)]
    kept = {name: [before[name], now[name]] for name in names if name not in written}
    return {
        **({"changed": kept} if kept else {}),
        **({"rewritten": written} if written else {}),
    }


def _is_written(case: Case, name: str) -> bool:
    field = case._meta.get_field(name)
    if isinstance(field, models.TextField):
        return True
    return isinstance(field, models.Field) and (field.max_length or 0) >= asked.LINE


def open_case(case: Case, act: Act, *, name: str, stated: Mapping[str, Any] | None = None) -> Case:
    """Save a new case and write the first event of its chain, in the caller's transaction."""
    case.kind = type(case).case_kind
    case.opened_at = case.state_since = act.at
    case.save()
    log.record(
        case.chain,
        name,
        act,
        subject=case,
        values={"version": case.version, "title": case.title, **(stated or {})},
    )
    return case


def open_once(key: str, name: str, open_new: Callable[[], Case]) -> Case:
    """The case that `open_new` opens. The same `key` again gives that case, not another (CAP-05)."""
    key = entry.key(key)
    earlier = PerformedKey.objects.filter(key=key, command=name, object_type=Case._meta.label_lower)
    try:
        with transaction.atomic():
            if done := earlier.first():
                return Case.objects.get(pk=done.object_id)
            case = open_new()
            if key:
                PerformedKey.objects.create(
                    key=key,
                    command=name,
                    object_type=Case._meta.label_lower,
                    object_id=str(case.pk),
                )
            return case
    except IntegrityError:  # the other click came first
        return Case.objects.get(pk=earlier.get().object_id)


def give_number(case: Case, day: date) -> None:
    """Give an arrived case its gap-free number, in the caller's transaction."""
    case.number = CaseNumber.take(type(case).number_prefix, day.year)


def _column_values(case: Case) -> dict[str, Any]:
    return {f.attname: plain(getattr(case, f.attname)) for f in case._meta.concrete_fields}
