"""Whom a read showed: kept once for all reads that show the same people. Requirement SEC-02."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from audit.models import Showing, Shown

BATCH = 1000


def keep(people: Collection[int]) -> Showing | None:
    """The showing of the people with these numbers, in the caller's transaction; None for nobody."""
    if not people:
        return None
    everybody = sorted(set(people))
    showing, made = Showing.objects.get_or_create(
        digest=_digest(everybody), defaults={"count": len(everybody)}
    )
    if made:
        Shown.objects.bulk_create(
            [Shown(showing=showing, person=person) for person in everybody], batch_size=BATCH
        )
    return showing


def faults() -> Iterator[str]:
    """Each showing whose people are not those that its events say."""
    rows = Shown.objects.order_by("showing", "person").values_list("showing", "person")
    whole = {
        digest
        for digest, members in groupby(rows.iterator(), itemgetter(0))
        if digest == _digest(person for _, person in members)
    }
    for digest in Showing.objects.order_by("pk").values_list("pk", flat=True):
        if digest not in whole:
            yield f"De personer som visades tillsammans som {digest[:12]} är ändrade."


def _digest(people: Iterable[int]) -> str:
    return hashlib.sha256(",".join(map(str, people)).encode()).hexdigest()
