"""A database of any size for the benches: cases, a valid log, deadlines."""

from datetime import UTC, date, datetime

from django.test import Client
from django.urls import reverse

from audit.log import HASHED_FIELDS, event_hash, hash_values
from audit.models import Chain, Event
from bench import providers
from bench.web import CASES, DEADLINES, EVENTS
from cases import calendar, flows
from cases.models import Case, Deadline
from organisation.models import Provider, RoleAssignment, Unit, User
from organisation.roles import Role
from procurement.applications.models import ProviderApplication
from procurement.contracts.models import Contract
from procurement.duties.models import Duty

TODAY = date(2026, 3, 2)
BATCH = 2000
OPEN_STATES = ("received", "completion", "handling", "assessment", "mbl", "committee", "decided")
CLOSED_STATES = ("approved", "rejected", "withdrawn")
OPEN_EVERY = 20
"""One case in twenty is open, as after some years of a large municipality."""


class World:
    """The database that is measured, and somebody who looks at it."""

    def __init__(self):
        since = date(2020, 1, 1)
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
        self.unit = Unit.objects.create(name="Socialförvaltningen", valid_from=since)
        self.people = []
        for role in (Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST):
            user = User.objects.create(username=str(role), name=str(role.label))
            RoleAssignment.objects.create(user=user, role=role, unit=self.unit, valid_from=since)
            self.people.append(user)
        self.client = Client()
        self.client.force_login(
            self.people[0], "allauth.account.auth_backends.AuthenticationBackend"
        )
        self.empty_page = reverse("home")
        self.provider = Provider.objects.create(name="Företag AB")
        providers.load_beginnings()

    def get(self, path: str) -> None:
        """One request; anything but 200 stops the bench."""
        answer = self.client.get(path)
        if answer.status_code not in (200, 404):
            raise RuntimeError(f"{path} answered {answer.status_code}")

    def pages(self) -> dict[str, str]:
        """The pages that are measured."""
        middle = ProviderApplication.objects.filter(closed_on=None).order_by("pk").first()
        contract = Contract.objects.order_by("pk").first()
        return {
            "overview": reverse("cases:overview"),
            "case page": reverse("cases:case", args=[middle.pk]),
            "worklist": reverse("cases:worklist"),
            "search": reverse("cases:search") + "?q=nordvik+77",
            "register": reverse("contracts:register"),
            "contract": reverse("cases:case", args=[contract.pk]),
            "wheel": reverse("duties:wheel"),
            "comparison": reverse("followups:comparison"),
            "choose": reverse("contracts:choose"),
        }

    def counts(self) -> dict[str, int]:
        """What there is."""
        return {
            "cases": Case.objects.count(),
            "events": Event.objects.count(),
            "deadlines": Deadline.objects.count(),
            "providers": Contract.objects.count(),
            "duties": Duty.objects.count(),
        }

    def fill(self, scale: float) -> None:
        """Add what is missing up to `scale` of the full size."""
        have = ProviderApplication.objects.count()
        want = int(CASES * scale)
        for start in range(have, want, BATCH):
            self._cases(start, min(start + BATCH, want))
        self._deadlines(int(DEADLINES * scale))
        self._events(int(EVENTS * scale))
        providers.fill(self, scale)
        flows.refresh(TODAY)

    def _cases(self, start: int, stop: int) -> None:
        providers.insert(
            [
                ProviderApplication(
                    channel="portal",
                    arrived_on=TODAY,
                    contact_name="Kontakt",
                    operations_manager="Chef",
                    assignment="both",
                    capacity_ceiling_hours=100,
                    **self._case(number),
                )
                for number in range(start, stop)
            ]
        )

    def _case(self, number: int) -> dict:
        is_open = number % OPEN_EVERY == 0
        states = OPEN_STATES if is_open else CLOSED_STATES
        names = ("Nordvik", "Sydholm", "Östanå", "Västby")
        return {
            "kind": "application",
            "number": f"LOV-{2000 + number // 9000}-{number % 9000:04d}",
            "title": f"{names[number % 4]} {number} Omsorg AB",
            "state": states[number // OPEN_EVERY % len(states)],
            "state_since": self.now,
            "unit_id": self.unit.pk,
            "provider_id": self.provider.pk,
            "responsible_id": self.people[number % 2].pk,
            "opened_at": self.now,
            "closed_on": None if is_open else TODAY,
        }

    def _deadlines(self, want: int) -> None:
        have = Deadline.objects.count()
        keys = list(ProviderApplication.objects.order_by("pk").values_list("pk", "closed_on"))
        rows = []
        for number in range(have, want):
            case, closed = keys[number % len(keys)]
            due = calendar.add_days(TODAY, 10 + number % 200)
            rows.append(
                Deadline(
                    case_id=case,
                    rule="handling",
                    label="Handläggning klar (mål)",
                    source="rutinen",
                    anchor=TODAY,
                    weeks=4,
                    roll=False,
                    due=due,
                    met_on=TODAY if closed else None,
                    next_rung_on=None if closed else calendar.add_days(due, -3),
                )
            )
        Deadline.objects.bulk_create(rows, batch_size=BATCH)

    def _events(self, want: int) -> None:
        have = Event.objects.count()
        keys = list(ProviderApplication.objects.order_by("pk").values_list("pk", flat=True))
        per_chain = max(1, want // len(keys))
        made = set(Chain.objects.values_list("name", flat=True))
        left = want - have
        for start in range(0, len(keys), BATCH // 2):
            names = [f"case:{pk}" for pk in keys[start : start + BATCH // 2]]
            fresh = [name for name in names if name not in made]
            if left <= 0 or not fresh:
                continue
            chains = Chain.objects.bulk_create([Chain(name=name) for name in fresh])
            rows = [row for chain in chains for row in self._chain(chain, per_chain)]
            Event.objects.bulk_create(rows, batch_size=BATCH)
            Chain.objects.bulk_update(chains, ["length", "head"])
            left -= len(rows)

    def _chain(self, chain: Chain, length: int) -> list[Event]:
        rows = []
        for seq in range(1, length + 1):
            event = Event(
                chain=chain,
                seq=seq,
                at=self.now,
                recorded_at=self.now,
                kind="change",
                name="write_note",
                actor=self.people[seq % 2],
                object_type="cases.case",
                object_id=chain.name[5:],
                fields=[],
                values_hash=hash_values("", {}),
                previous_hash=chain.head,
            )
            event.hash = event_hash({name: getattr(event, name) for name in HASHED_FIELDS})
            chain.length, chain.head = seq, event.hash
            rows.append(event)
        return rows

    def make_due(self, share: float) -> tuple[int, int]:
        """Let a share of the open deadlines be due for a reminder today."""
        open_rows = Deadline.objects.running()
        count = open_rows.count()
        due = list(open_rows.order_by("pk").values_list("pk", flat=True)[: int(count * share)])
        Deadline.objects.filter(pk__in=due).update(
            due=calendar.add_days(TODAY, 3), next_rung_on=TODAY
        )
        return count, len(due)
