"""The one door to state. Every change of a case is a command carried out by `perform`.

In one transaction, outermost: lock the case -> the key has not been used -> the version is the one
the actor saw -> who may (role and unit, delegation, conflict of interest, four eyes) -> what is
missing -> the command's own change (state, deadlines, documents, messages) -> event -> save.
A refusal changes nothing and is logged on its own. Requirements CAP-05, CAP-08.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar, Generic, TypeVar, dataclass_transform

from django.db import IntegrityError, models, transaction
from django_fsm import can_proceed

from audit import clock, log
from audit.act import Act
from audit.models import Event
from cases import asked, flows
from cases.asked import CommandForm
from cases.models import Case, CaseNumber, PerformedKey
from cases.permission import permitting, roles_for
from organisation import entry
from organisation.authority import Actor, actor_on
from organisation.models import User
from organisation.pages.history import event_name

C = TypeVar("C", bound=Case)


class Refused(Exception):
    """A command that was not carried out. The message is Swedish: what, where, what to do."""

    reason_code = "refused"


class NotAllowed(Refused):
    """The actor may not do this, by role, unit, delegation, conflict of interest or four eyes."""

    reason_code = "not_allowed"


class Stale(Refused):
    """The case has changed since the actor saw it; `changes` says what."""

    reason_code = "stale"

    def __init__(self, changes: Sequence[str]):
        self.changes = list(changes)
        happened = "; ".join(self.changes) or "ärendet har sparats av någon annan"
        super().__init__(
            f"Ärendet har ändrats sedan du öppnade sidan: {happened}. "
            "Inget du skrev är borta. Läs ändringen och skicka igen."
        )


@dataclass(frozen=True)
class Missing:
    """Something that has to be there before a command can be carried out."""

    what: str
    hint: str = ""
    command: str = ""
    """Name of the command that would provide it."""
    subject: str = ""
    """What that command's form is to be about, when it has a `CommandForm.subject`."""
    people: tuple[int, ...] = ()
    """Who has to give it (user ids), when it is not everybody who may do the command."""
    by_company: bool = False
    """Whether the company gives it, and the municipality waits."""
    or_else: str = ""
    """Name of another command, of other roles, that would do as well."""


class Blocked(Refused):
    """Something is missing; `missing` says what."""

    reason_code = "blocked"

    def __init__(self, missing: Sequence[Missing]):
        self.missing = list(missing)
        super().__init__("Det går inte än. Saknas: " + "; ".join(m.what for m in missing) + ".")


@dataclass(frozen=True)
class Outcome:
    """What `perform` did. `repeated` when the same key had been carried out before."""

    case: Case
    event: Event | None
    repeated: bool = False


@dataclass_transform(
    kw_only_default=True,
    frozen_default=True,
    field_specifiers=(
        asked.line, asked.text, asked.mail, asked.day, asked.time, asked.number, asked.yes,
        asked.confirmed, asked.choice, asked.choices, asked.one_of, asked.some_of, asked.file,
        asked.value,
    ),
)  # fmt: skip
class Command(Generic[C]):
    """A verb of a kind of case. Its fields are what the actor states, each said once (`cases.asked`):
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
    """Roles that may do it in the case's unit; a company's people by `by_company`."""
    by_company: ClassVar[bool] = False
    by_name: ClassVar[bool] = False
    """Whether those who were given the case by name may do it, whatever their role."""
    delegation: ClassVar[str] = ""
    """Code in the delegation of authority: only its delegates may decide, whatever `roles` says."""
    automatic: ClassVar[bool] = False
    """Whether the system itself may do it (a sweep); never for approving or rejecting (CAP-16)."""
    transition: ClassVar[str] = ""
    """Name of the case's FSM method that it calls; empty when the state stays."""
    on_closed: ClassVar[bool] = False
    """Whether it may be done on an ended case."""
    despite_conflict: ClassVar[bool] = False
    form: ClassVar[type[CommandForm]] = CommandForm
    help: ClassVar[str] = ""
    official: ClassVar[bool] = False
    reads_first: ClassVar[bool] = False
    """Whether the case is read before it is done: a list of work leads to the case, not to the form."""
    primary: ClassVar[bool] = False
    """Whether it is the step that leads on, shown as the page's first button; see `leads_on`."""

    @classmethod
    def command_name(cls) -> str:
        """The name in the event log and in addresses, for example `request_completion`."""
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__)
        return words.lstrip("_")

    @classmethod
    def fits(cls, case: C) -> bool:
        """Whether the command makes sense in the case's state."""
        if case.closed_on and not cls.on_closed:
            return False
        if not cls.transition:
            return case.state != Case.DRAFT
        return can_proceed(getattr(case, cls.transition))

    @classmethod
    def leads_on(cls, case: C) -> bool:
        """Whether it is the step that leads on from where the case is now."""
        return cls.primary

    @classmethod
    def missing(cls, case: C, day: date) -> list[Missing]:
        """What the case lacks before the command can be carried out. The page shows the same."""
        return []

    @classmethod
    def barred(cls, case: C) -> Mapping[int, str]:
        """People (by user id) who may not do it because of four eyes, with the reason."""
        return {}

    def check(self, case: C, act: Act) -> None:
        """Raise Refused when what the actor stated cannot be right."""

    def apply(self, case: C, act: Act) -> Mapping[str, Any] | None:
        """Carry it out on the locked case. Returns further values for the event."""
        raise NotImplementedError

    def stated(self) -> dict[str, Any]:
        """The command's fields, for the event log; long texts and files only where the field says so."""
        asks = asked.of(type(self))
        return {
            f.name: _kept(getattr(self, f.name), asks[f.name].logged if f.name in asks else True)
            for f in fields(self)
            if f.name not in asks or asks[f.name].logged
        }


def perform(
    case: Case | int,
    command: Command,
    actor: User | None,
    *,
    expected_version: int,
    reason: str = "",
    key: str | None = None,
    at: datetime,
) -> Outcome:
    """Carry out `command` on `case` as `actor` (None: the system itself) at the moment `at`.

    Raises NotAllowed, Stale, Blocked or Refused, each with a Swedish message, and then nothing has
    changed but the log's line of the refusal. The same `key` twice does it once.
    """
    known = Case.objects.get(pk=case) if isinstance(case, int) else case
    key = entry.key(key)
    try:
        with transaction.atomic(durable=True):
            return _perform(known, command, actor, expected_version, reason, key, at)
    except Stale:
        raise
    except Refused as refusal:
        _log_refusal(known.pk, command, actor, at, refusal)
        raise


def done_or_refused(
    case: Case, command: type[Command], actor: User | None, *, key: str | None, at: datetime
) -> bool:
    """Of a command that does not fit the case's state, so that its form cannot be filled in: whether
    it was done before by the same `key`. If not, the refusal is logged, as `perform` does."""
    name = command.command_name()
    if PerformedKey.objects.filter(key=entry.key(key), case=case.pk, command=name).exists():
        return True
    _log_refusal(case.pk, command, actor, at, Refused(_unfit(command, case.concrete())))
    return False


def _unfit(command: type[Command], case: Any) -> str:
    return f"”{command.label}” går inte att göra när ärendet är i läget {case.state_label}."


def _perform(
    known: Case,
    command: Command,
    user: User | None,
    expected_version: int,
    reason: str,
    key: str | None,
    at: datetime,
) -> Outcome:
    case = known.locked()
    name = command.command_name()
    if key and (done := PerformedKey.objects.filter(key=key).first()):
        if (done.case_id, done.command) != (case.pk, name):
            raise Refused("Sidan är gammal. Ladda om den och försök igen.")
        return Outcome(case, None, repeated=True)
    actor = actor_on(user, clock.local_date(at)) if user else None
    act = Act(user, _authority(case, command, actor), at, reason)
    if case.version != expected_version:
        raise Stale(_changes_since(case, expected_version))
    if not type(command).fits(case):
        raise Refused(_unfit(type(command), case))
    if lacking := type(command).missing(case, act.day):
        raise Blocked(lacking)
    command.check(case, act)
    return _carry_out(case, command, act, key, *([actor] if actor else []))


def _carry_out(case: Case, command: Command, act: Act, key: str | None, *actors: Actor) -> Outcome:
    before = _column_values(case)
    extra = command.apply(case, act) or {}
    if case.state != before["state"]:
        case.state_since = act.at
    case.version += 1
    now = _column_values(case)
    case.save(update_fields=[name for name, value in now.items() if value != before[name]])
    flows.advance(case, act.day, *actors)
    event = log.record(
        case.chain,
        command.command_name(),
        act,
        subject=case,
        values={
            "version": case.version,
            **command.stated(),
            **_changed(case, before),
            **({"reason": act.reason} if act.reason else {}),
            **extra,
        },
    )
    if key:
        PerformedKey.objects.create(
            key=key, case_id=case.pk, command=command.command_name(), version=case.version
        )
    return Outcome(case, event)


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
    earlier = PerformedKey.objects.filter(key=key, command=name).select_related("case")
    try:
        with transaction.atomic():
            if done := earlier.first():
                return done.case
            case = open_new()
            if key:
                PerformedKey.objects.create(
                    key=key, case_id=case.pk, command=name, version=case.version
                )
            return case
    except IntegrityError:  # the other click came first
        return earlier.get().case


def give_number(case: Case, day: date) -> None:
    """Give an arrived case its gap-free number, in the caller's transaction."""
    case.number = CaseNumber.take(type(case).number_prefix, day.year)


def _authority(case: Case, command: Command, actor: Actor | None) -> User | None:
    """Who the actor acts for (None: for themselves). Raises NotAllowed."""
    if actor is None:
        if command.automatic:
            return None
        raise NotAllowed(f"”{command.label}” görs av en människa, inte av systemet.")
    is_seen = case.is_read_in_its_unit(actor)
    if not (is_seen or Case.objects.filter(pk=case.pk).visible_to(actor).exists()):
        raise NotAllowed("Du har inte tillgång till ärendet.")
    held = permitting(case, type(command), actor)
    if isinstance(held, str):
        raise NotAllowed(held)
    return held.on_behalf_of


def _changes_since(case: Case, version: int) -> list[str]:
    changes = (
        Event.objects.filter(
            chain__name=case.chain, kind=Event.Kind.CHANGE, values__values__version__gt=version
        )
        .select_related("actor")
        .order_by("seq")
    )
    return [f"{event_name(e.name)}, {e.actor.name if e.actor else 'Kundval'}" for e in changes]


def _log_refusal(
    pk: int,
    command: Command | type[Command],
    actor: User | None,
    at: datetime,
    refusal: Refused,
) -> None:
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=pk)
        log.record(
            case.chain,
            command.command_name(),
            _attempt(case, command, actor, at),
            kind=Event.Kind.REFUSAL,
            subject=case,
            values={"code": refusal.reason_code, "message": str(refusal)},
        )


def _attempt(case: Case, command: Command | type[Command], user: User | None, at: datetime) -> Act:
    """Who tried, and for whom."""
    if user is None:
        return Act.by_system(at)
    actor = actor_on(user, clock.local_date(at))
    return actor.act(at, roles_for(command, actor.day), case.unit.path)


def _column_values(case: Case) -> dict[str, Any]:
    return {f.attname: _plain(getattr(case, f.attname)) for f in case._meta.concrete_fields}


def _kept(value: Any, logged: asked.Logged) -> Any:
    return _plain(logged(value) if callable(logged) and value is not None else value)


def _plain(value: Any) -> Any:
    """A value as the event log can keep it: rows by their id, collections as lists."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (list, tuple, set, frozenset, models.QuerySet)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    return value if isinstance(value, (int, float, bool, type(None))) else str(value)
