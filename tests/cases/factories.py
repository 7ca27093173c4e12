"""Cases written straight to the database, for tests of lists: no commands, no log; tasks by their state."""

from datetime import date
from itertools import count

from cases import flows
from cases.models import Deadline, JournalNote, Notification
from organisation.models import Provider, Unit, User
from procurement.applications.models import ProviderApplication
from tests.factories import at, root_unit

_numbers = count(5001)  # no test names so high a number
OPENED = date(2026, 3, 2)


def application(
    title: str = "Fyrbåken Omsorg AB",
    *,
    state: str = "received",
    due: date | None = None,
    unit: Unit | None = None,
    responsible: User | None = None,
    number: str = "",
    opened: date = OPENED,
    closed: date | None = None,
    registry_no: str = "",
) -> ProviderApplication:
    """An application in a state, with one running deadline when `due` is given."""
    case = ProviderApplication.objects.create(
        kind="application",
        number=number or f"LOV-2026-{next(_numbers):04d}",
        title=title,
        registry_no=registry_no,
        state=state,
        state_since=at(opened),
        opened_at=at(opened),
        arrived_on=opened,
        closed_on=closed,
        unit=unit or root_unit(),
        responsible=responsible,
        provider=Provider.objects.get_or_create(name=title)[0],
        channel="paper",
    )
    if due:
        deadline(case, due)
    flows.start(case, opened)
    return case


def deadline(
    case: ProviderApplication,
    due: date,
    *,
    rule: str = "handling",
    label: str = "Handläggning klar (mål)",
    anchor: date = OPENED,
    met: date | None = None,
) -> Deadline:
    """A deadline with its dates as given, not computed."""
    return Deadline.objects.create(
        case_id=case.pk,
        rule=rule,
        label=label,
        source="rutinen",
        anchor=anchor,
        roll=False,
        amber_days=7,
        due=due,
        met_on=met,
    )


def notice(
    user: User, case: ProviderApplication, text: str, day: date, *, urgent: bool = False
) -> Notification:
    """A line in a person's inbox."""
    return Notification.objects.create(
        user=user, case_id=case.pk, text=f"{case}: {text}", urgent=urgent, created_at=at(day)
    )


def official_note(case: ProviderApplication, author: User, text: str, day: date) -> JournalNote:
    """An official note that is not registered yet."""
    return JournalNote.objects.create(
        case_id=case.pk, kind="official", text=text, author=author, written_at=at(day)
    )
