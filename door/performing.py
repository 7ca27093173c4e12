"""The one door to state. Every change of a subject is a command carried out by `perform`.

In one transaction, outermost: lock the subject -> the key has not been used -> who may (role and unit,
delegation, conflict of interest, four eyes) -> the version is the one the actor saw -> what is missing
-> the command's own change -> event. A refusal changes nothing and is logged on its own.
Requirements CAP-05, CAP-08.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import IntegrityError, transaction

from audit import clock, log
from audit.act import Act
from audit.models import Event
from door import entry
from door.actors import Actor, actor_on
from door.command import Command
from door.models import PerformedKey, Subject
from door.refusals import Blocked, NotAllowed, Refused, Stale

S = TypeVar("S", bound=Subject)
OLD_PAGE = "Sidan är gammal. Ladda om den och försök igen."


@dataclass(frozen=True)
class Outcome(Generic[S]):
    """What `perform` did. `repeated` when the same key had been carried out before."""

    subject: S
    event: Event | None
    values: Mapping[str, Any] = field(default_factory=dict)
    """What the event keeps."""
    repeated: bool = False


def perform(
    subject: S,
    command: Command[S],
    actor: Any,
    *,
    expected_version: int | None = None,
    reason: str = "",
    key: str | None = None,
    at: datetime,
) -> Outcome[S]:
    """Carry out `command` on `subject` as the user `actor` (None: the system itself) at `at`.

    `expected_version` is the one that the actor saw; without it, that of `subject` as it was read.
    Raises NotAllowed, Stale, Blocked or Refused, each with a Swedish message, and then nothing has
    changed but the log's line of the refusal. The same `key` twice does it once.
    """
    version = subject.version if expected_version is None else expected_version
    key, is_new = entry.key(key), subject.pk is None
    try:
        with transaction.atomic(durable=True):
            return _perform(subject, command, actor, version, reason, key, at)
    except (Refused, IntegrityError) as error:
        if is_new:  # what was saved has been rolled back
            subject.pk, subject._state.adding = None, True
        if isinstance(error, IntegrityError):
            if outcome := done_before(subject, type(command), key):  # the other click came first
                return outcome
        elif isinstance(error, Refused) and not isinstance(error, Stale):
            _log_refusal(subject, type(command), actor, at, error)
        raise


def done_before(subject: S, command: type[Command[S]], key: str | None) -> Outcome[S] | None:
    """What the same click did, if it has been carried out already. Raises Refused for the key of
    something else."""
    found = PerformedKey.objects.filter(key=entry.key(key)).first() if key else None
    if found is None:
        return None
    if (found.command, found.object_type) != (command.command_name(), subject.kind_of_object):
        raise Refused(OLD_PAGE)
    if subject.pk is None:
        subject = type(subject)._default_manager.get(pk=found.object_id)
    elif found.object_id != str(subject.pk):
        raise Refused(OLD_PAGE)
    return Outcome(subject, None, repeated=True)


def done_or_refused(
    subject: S, command: type[Command[S]], actor: Any, *, key: str | None, at: datetime
) -> bool:
    """Of a command that does not fit the subject as it stands, so that its form cannot be filled in:
    whether it was done before by the same `key`. If not, the refusal is logged, as `perform` does."""
    if done_before(subject, command, key):
        return True
    _log_refusal(subject, command, actor, at, Refused(command.unfit(subject)))
    return False


def _perform(
    known: S,
    command: Command[S],
    user: Any,
    expected_version: int,
    reason: str,
    key: str,
    at: datetime,
) -> Outcome[S]:
    subject = known.locked()
    if outcome := done_before(subject, type(command), key):
        return outcome
    actor = actor_on(user, clock.local_date(at)) if user else None
    act = Act(user, _acts_for(subject, command, actor), at, reason)
    if subject.version != expected_version:
        raise Stale(subject.called, subject.changes_since(expected_version))
    if not type(command).fits(subject):
        raise Refused(type(command).unfit(subject))
    if lacking := type(command).missing(subject, act.day):
        raise Blocked(lacking)
    command.check(subject, act)
    pk = subject.pk
    values = command.carry_out(subject, act, actor)
    subject.pk = subject.pk or pk  # what is thrown away keeps its name in the log
    if reason:
        values["reason"] = reason
    event = log.record(
        subject.chain,
        command.command_name(),
        act,
        subject=subject,
        values=values,
        personal=subject.is_personal,
    )
    if key:
        PerformedKey.objects.create(
            key=key,
            command=command.command_name(),
            object_type=subject.kind_of_object,
            object_id=str(subject.pk),
        )
    return Outcome(subject, event, values)


def _acts_for(subject: S, command: Command[S], actor: Actor | None) -> Any:
    """Whom the actor acts for (None: for themselves). Raises NotAllowed."""
    if actor is None:
        if command.automatic:
            return None
        raise NotAllowed(f"”{command.label}” görs av en människa, inte av systemet.")
    return type(command).holding(subject, actor).on_behalf_of


def _log_refusal(
    subject: S, command: type[Command[S]], user: Any, at: datetime, refusal: Refused
) -> None:
    with transaction.atomic():
        log.record(
            subject.chain if subject.pk else f"new:{subject._meta.model_name}",
            command.command_name(),
            _attempt(subject, command, user, at),
            kind=Event.Kind.REFUSAL,
            subject=subject,
            values={"code": refusal.reason_code, "message": str(refusal)},
            personal=subject.is_personal,
        )


def _attempt(subject: S, command: type[Command[S]], user: Any, at: datetime) -> Act:
    """Who tried, and for whom."""
    if user is None:
        return Act.by_system(at)
    actor = actor_on(user, clock.local_date(at))
    return actor.act(at, command.roles_on(actor.day), subject.unit_path)
