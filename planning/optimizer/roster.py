"""Few faces over weeks: which carers each person should meet, before any day is planned.

Each person's recurring visits are covered by as few carers as their hours allow. The answer feeds
the daily searches as `Visit.known_carers`; they still weigh travel and may depart from it.
"""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .model import Id

ROUNDS = 30
"""How often every person's team is taken apart and made anew."""


@dataclass(frozen=True)
class Need:
    """One visit of one day. `day` numbers the days; `start` and `end` bound it, in seconds."""

    id: Id
    person: Id
    day: int
    start: float
    end: float
    seconds: float
    """Time it takes a carer, with usual travel."""
    skills: frozenset[str] = frozenset()
    incompatible: frozenset[Id] = frozenset()


@dataclass(frozen=True)
class Duty:
    """A carer at work on one day; `seconds` of it may be planned by the roster."""

    carer: Id
    day: int
    start: float
    end: float
    seconds: float
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Roster:
    """`carer_of[need]` is who should come; needs that nobody has hours for are `open`."""

    carer_of: Mapping[Id, Id]
    open: tuple[Id, ...]
    teams: Mapping[Id, frozenset[Id]]
    """Every carer of a person over the whole time."""

    @property
    def faces(self) -> float:
        """Mean number of carers per person."""
        return sum(map(len, self.teams.values())) / max(1, len(self.teams))


def roster(
    needs: Sequence[Need],
    duties: Sequence[Duty],
    *,
    seed: int,
    met: Mapping[Id, frozenset[Id]] | None = None,
    rounds: int = ROUNDS,
) -> Roster:
    """Covers the needs by few carers per person within the duties' hours.

    `met`: carers whom a person knows already; they are taken before new ones. The same seed gives
    the same roster. Needs of one id must be one; ValueError otherwise.
    """
    if len({n.id for n in needs}) != len(needs):
        raise ValueError("two needs share an id")
    return _Rostering(needs, duties, met or {}, seed).run(rounds)


class _Rostering:
    def __init__(self, needs, duties, met, seed):
        self.pick, self.met = random.Random(seed), met
        self.left = [d.seconds for d in duties]
        self.duties = duties
        self.needs_of: dict[Id, list[Need]] = defaultdict(list)
        for need in needs:
            self.needs_of[need.person].append(need)
        on_day = defaultdict(list)
        for number, duty in enumerate(duties):
            on_day[duty.day].append(number)
        self.able = {
            need.id: [k for k in on_day[need.day] if _able(need, duties[k])] for need in needs
        }
        self.given: dict[Id, dict[Id, int]] = {}

    def run(self, rounds: int) -> Roster:
        people = sorted(self.needs_of, key=lambda p: (-len(self.needs_of[p]), str(p)))
        for person in people:
            self._take(person, self._cover(person, 0.0))
        for _ in range(rounds):
            self.pick.shuffle(people)
            for person in people:
                self._again(person)
        return self._answer()

    def _again(self, person: Id) -> None:
        """A new team for the person, kept unless it is worse."""
        old = self.given[person]
        self._free(person)
        new = self._cover(person, 0.4)
        self._take(person, old if self._badness(person, old) < self._badness(person, new) else new)

    def _badness(self, person: Id, given: dict[Id, int]) -> tuple[int, int]:
        team = {self.duties[k].carer for k in given.values()}
        return len(self.needs_of[person]) - len(given), len(team | self._known(person))

    def _known(self, person: Id) -> frozenset[Id]:
        return self.met.get(person, frozenset())

    def _cover(self, person: Id, noise: float) -> dict[Id, int]:
        """Duties for the person's needs: again and again the carer who can do most of the rest."""
        waiting = {n.id: n for n in self.needs_of[person]}
        given: dict[Id, int] = {}
        known = self._known(person)
        while waiting:
            offers = self._offers(waiting.values())
            if not offers:
                break
            best = max(
                offers,
                key=lambda c: (c in known, len(offers[c]) * (1 + noise * self.pick.random())),
            )
            for need, duty in offers[best].items():
                given[need] = duty
                del waiting[need]
        return given

    def _offers(self, needs) -> dict[Id, dict[Id, int]]:
        """What each carer could do of the needs within the hours that are left."""
        offers: dict[Id, dict[Id, int]] = defaultdict(dict)
        used: dict[int, float] = defaultdict(float)
        for need in needs:
            for k in self.able[need.id]:
                if self.left[k] - used[k] >= need.seconds:
                    offers[self.duties[k].carer][need.id] = k
                    used[k] += need.seconds
        return offers

    def _take(self, person: Id, given: dict[Id, int]) -> None:
        self.given[person] = given
        for need in self.needs_of[person]:
            if need.id in given:
                self.left[given[need.id]] -= need.seconds

    def _free(self, person: Id) -> None:
        for need in self.needs_of[person]:
            if need.id in self.given[person]:
                self.left[self.given[person][need.id]] += need.seconds

    def _answer(self) -> Roster:
        carer_of = {
            need: self.duties[k].carer for given in self.given.values() for need, k in given.items()
        }
        teams = {
            person: frozenset(self.duties[k].carer for k in given.values())
            for person, given in self.given.items()
        }
        every = (n.id for needs in self.needs_of.values() for n in needs)
        return Roster(carer_of, tuple(n for n in every if n not in carer_of), teams)


def _able(need: Need, duty: Duty) -> bool:
    return (
        duty.start <= need.start
        and need.end <= duty.end
        and need.skills <= duty.skills
        and duty.carer not in need.incompatible
    )
