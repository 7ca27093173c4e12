"""Every way to put an unplaced visit (or linked visits) into the plan, tried exactly.

The others keep their carers and order; their starts may move within their windows.
"""

import numpy as np
from numba import njit

from .board import FAR, LAST, Board
from .kernel import begin, link, pool_out, rollback, save, seed, settle, total
from .moves import before, carers_differ, first_of

MOST_MEMBERS = 6
"""Largest group of linked visits that is placed at once."""


@njit(cache=True)
def openings(b, i, where, soonest, latest, guess):
    """Places behind which the visit may stand by a quick test that never refuses a possible one.

    Fills node, earliest and latest conceivable start, and a guess of the cost; returns how many.
    """
    x = b.node[i]
    n = 0
    for at in range(x.able_from, x.able_to):
        route = b.able[at]
        work = b.shift[route]
        c = b.carer[work.carer]
        p = first_of(b, route)
        place = b.node[p].place
        while b.node[p].kind != LAST:
            y = b.node[p]
            if y.kind <= 0:
                place = y.place
            q = y.next
            z = b.node[q]
            into = b.travel[work.mode, place, x.place]
            start = max(x.release, y.start + y.duration + into)
            if start > x.high + 1e-7:
                break
            out = 0.0 if z.kind > 0 else b.travel[work.mode, x.place, z.place]
            last = min(x.high, z.high - x.duration - out)
            extra = into + out - z.way
            if last >= start - 1e-7:
                where[n] = p
                soonest[n] = start
                latest[n] = last
                late = max(0.0, start + x.duration + out - z.start)
                guess[n] = (
                    extra * b.move[0].travel
                    + x.late_cost * max(0.0, start - x.due)
                    + b.assign_cost[i, work.carer]
                    + 0.3 * late
                    + (FAR if c.work + x.duration + min(extra, 0.0) > c.most + 1e-7 else 0.0)
                )
                n += 1
            p = q
    return n


@njit(cache=True)
def lags_fit(b, i, j, soon_i, last_i, soon_j, last_j):
    """Whether two openings can meet the lags between the two visits."""
    x = b.node[i]
    for a in range(x.out_from, x.out_to):
        if b.out_arc[a].node == j and soon_i + b.out_arc[a].lag > last_j + 1e-7:
            return False
    for a in range(x.in_from, x.in_to):
        if b.in_arc[a].node == j and soon_j + b.in_arc[a].lag > last_i + 1e-7:
            return False
    return True


@njit(cache=True)
def best_ways(b, g, width, count, ways, costs, limit):
    """The `count` cheapest placements of group `g`, as predecessors per member; how many found.

    `width`: how many openings of each visit are tried, best guess first; 0 is all, which is exact.
    `ways` is `(count, MOST_MEMBERS)` ints, `costs` `(count,)` totals in rising order.
    """
    low = b.member_from[g]
    size = b.member_from[g + 1] - low
    room = b.move[0].nodes
    where = np.empty((size, room), np.int32)
    soonest, latest = np.empty((size, room)), np.empty((size, room))
    guess = np.empty((size, room))
    many = np.zeros(size, np.int64)
    for k in range(size):
        n = openings(b, b.member[low + k], where[k], soonest[k], latest[k], guess[k])
        if n == 0:
            return 0
        order = np.argsort(guess[k, :n], kind="mergesort")
        where[k, :n] = where[k, :n][order]
        soonest[k, :n] = soonest[k, :n][order]
        latest[k, :n] = latest[k, :n][order]
        many[k] = n if width == 0 else min(n, width)
    found = 0
    at = np.zeros(size, np.int64)
    level = 0
    at[0] = -1
    while level >= 0:
        at[level] += 1
        if at[level] >= many[level]:
            level -= 1
            continue
        fits = True
        for k in range(level):
            if not lags_fit(
                b,
                b.member[low + level],
                b.member[low + k],
                soonest[level, at[level]],
                latest[level, at[level]],
                soonest[k, at[k]],
                latest[k, at[k]],
            ):
                fits = False
                break
        if not fits:
            continue
        if level + 1 < size:
            level += 1
            at[level] = -1
            continue
        for turn in range(2):
            found = try_way(b, low, size, where, at, turn, found, count, ways, costs, limit)
            if size == 1:
                break
    return found


@njit(cache=True)
def try_way(b, low, size, where, at, turn, found, count, ways, costs, limit):
    """Tries one way exactly and ranks it; `turn` 1: visits behind one node stand in order."""
    worst = costs[count - 1] if found == count else limit
    begin(b)
    chosen = np.empty(MOST_MEMBERS, np.int32)
    shared = False
    for k in range(size):
        p = where[k, at[k]]
        if turn == 1:
            for h in range(k):
                if where[h, at[h]] == where[k, at[k]]:
                    p = b.member[low + h]
                    shared = True
        chosen[k] = p
        link(b, b.member[low + k], p)
    fits = (turn == 0 or shared) and carers_differ(b) and settle(b, worst)
    cost = total(b)
    rollback(b)
    if not fits or (found == count and cost >= worst):
        return found
    rank = min(found, count - 1)
    while rank > 0 and costs[rank - 1] > cost:
        costs[rank] = costs[rank - 1]
        ways[rank] = ways[rank - 1]
        rank -= 1
    costs[rank] = cost
    for k in range(size):
        ways[rank, k] = chosen[k]
    return min(found + 1, count)


@njit(cache=True)
def place_group(b, g, width, limit):
    """Puts the group where it costs least. False: it fits nowhere (among the openings tried)."""
    ways, costs = np.zeros((1, MOST_MEMBERS), np.int32), np.zeros(1)
    if best_ways(b, g, width, 1, ways, costs, limit) == 0:
        return False
    begin(b)
    low = b.member_from[g]
    for k in range(b.member_from[g + 1] - low):
        link(b, b.member[low + k], ways[0, k])
    if not settle(b, limit):
        rollback(b)
        return False
    pool_out(b, g)
    return True


@njit(cache=True)
def place_all(b, groups, width):
    """Places the groups one by one in the order given; returns how many."""
    placed = 0
    for g in groups:
        if b.pool_at[g] < b.move[0].pool and place_group(b, g, width, FAR * FAR):
            placed += 1
    return placed


def construct(b: Board, width: int = 24) -> None:
    """A first plan: hardest groups first, each where it costs least."""
    place_all(b.core, _order(b), width)


def _order(b: Board) -> np.ndarray:
    """Groups: large before small, dear before cheap, few carers before many, narrow before wide."""
    node, rank = b.node, []
    for g in range(len(b.member_from) - 1):
        members = b.member[b.member_from[g] : b.member_from[g + 1]]
        rows = node[members]
        able = int((rows["able_to"] - rows["able_from"]).min())
        due = np.minimum(rows["high"], rows["due"])
        rank.append((-rows["penalty"].max(), float(due.min()), -len(members), able, g))
    return np.array([r[-1] for r in sorted(rank)], np.int32)


def unplaced_groups(b: Board) -> np.ndarray:
    """Groups in the pool, dearest first."""
    groups = b.pool[: int(b.move["pool"][0])]
    dear = [-b.node["penalty"][b.member[b.member_from[g]]] for g in groups]
    return groups[np.lexsort((groups, dear))].astype(np.int32)


def complete(b: Board) -> int:
    """Places whatever a single insertion can still place, exactly; returns how many groups.

    Afterwards no unplaced group fits anywhere with the others' carers and order kept. A wish to
    wait (a visit's release) gives way to a visit that would be left out.
    """
    placed = 0
    while len(groups := unplaced_groups(b)):
        now = place_all(b.core, groups, 0)
        if not now:
            waits = b.node["release"].copy()
            inner = slice(0, int(b.move["visits"][0]))
            hurry(b.core)
            now = place_all(b.core, unplaced_groups(b), 0)
            wait_again(b.core, waits[inner])
        if not now:
            break
        placed += now
    return placed


@njit(cache=True)
def hurry(b):
    """Every visit starts as early as its hard window and its place in the plan allow."""
    begin(b)
    for i in range(b.move[0].visits):
        _release(b, i, b.node[i].low)
    settle(b, FAR * FAR)


@njit(cache=True)
def _release(b, i, at):
    from_now = b.node[i]
    if from_now.release == at:
        return
    _save_and_seed(b, i)
    from_now.release = at


@njit(cache=True)
def _save_and_seed(b, i):
    save(b, i)
    if b.node[i].route >= 0:
        seed(b, i)


@njit(cache=True)
def wait_again(b, waits):
    """Gives visits their waits back, one by one, where that costs nothing more and fits."""
    for i in range(waits.shape[0]):
        if b.node[i].release == waits[i]:
            continue
        now = total(b)
        begin(b)
        _release(b, i, waits[i])
        if b.node[i].route >= 0 and not settle(b, now):
            rollback(b)


@njit(cache=True)
def place_at(b, visits, routes, starts, limit):
    """Puts a pooled group's visits into given routes at about given starts. False: left out."""
    begin(b)
    for k in range(visits.shape[0]):
        link(b, visits[k], before(b, routes[k], starts[k]))
    if not carers_differ(b) or not settle(b, limit):
        rollback(b)
        return False
    pool_out(b, b.node[visits[0]].group)
    return True
