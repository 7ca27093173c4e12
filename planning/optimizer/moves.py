"""The annealing's moves: each opens a change and says whether there is one to judge."""

from math import log

import numpy as np
from numba import njit

from .board import FAR, FIRST, LAST, NEVER, VISIT
from .kernel import (
    begin,
    cross,
    link,
    others_differ,
    pool_in,
    pool_out,
    rollback,
    save,
    seed,
    settle,
    total,
    unlink,
)

NOTHING, CHANGED, FILLED, SWAPPED, EMPTIED = range(5)
"""What a move did: no change; a change; one that also takes a group out of the pool, exchanges it
for another, or puts one in."""


@njit(cache=True)
def set_seed(number):
    np.random.seed(number)


@njit(cache=True)
def pick(count):
    return int(np.random.random() * count)


@njit(cache=True)
def first_of(b, route):
    m = b.move[0]
    return m.nodes - 2 * m.routes + route


@njit(cache=True)
def before(b, route, start):
    """The last node of the route that starts no later than `start`."""
    p = first_of(b, route)
    while True:
        q = b.node[p].next
        if b.node[q].kind == LAST or b.node[q].start > start:
            return p
        p = q


@njit(cache=True)
def pick_route(b, i):
    x = b.node[i]
    return b.able[x.able_from + pick(x.able_to - x.able_from)]


@njit(cache=True)
def nudged(b, start):
    """A moment around `start`."""
    reach = b.move[0].rhythm
    if np.random.random() < 0.15:
        reach *= 4.0
    return start + (2 * np.random.random() - 1) * reach


@njit(cache=True)
def pick_place(b, i):
    """A node to stand behind, or -1: behind a promising neighbour, or anywhere about now."""
    x = b.node[i]
    if x.kind == VISIT and np.random.random() < 0.5:
        p = b.near[i, pick(b.near.shape[1])]
        route = b.node[p].route
        if route < 0 or p == i or not b.allowed[i, route]:
            return -1
        return p
    if x.able_from == x.able_to:
        return -1
    route = x.route if x.kind > 0 else pick_route(b, i)
    return before(b, route, nudged(b, x.start))


@njit(cache=True)
def pick_release(b, i):
    x = b.node[i]
    if x.kind == VISIT and x.releases > 1:
        save(b, i)
        x.release = b.releases[i, pick(x.releases)]


@njit(cache=True)
def size_of(b, g):
    return b.member_from[g + 1] - b.member_from[g]


@njit(cache=True)
def relocate(b):
    """One visit or break goes elsewhere, or all visits that are linked with it."""
    m = b.move[0]
    i = pick(m.nodes - 2 * m.routes)
    x = b.node[i]
    if x.route < 0:
        return NOTHING
    if x.kind == VISIT and size_of(b, x.group) > 1 and np.random.random() < 0.65:
        return relocate_group(b, i)
    p = pick_place(b, i)
    if p == i:
        p = x.prev
    if p < 0 or p == x.prev:
        return NOTHING
    begin(b)
    pick_release(b, i)
    unlink(b, i)
    link(b, i, p)
    return CHANGED


@njit(cache=True)
def take_group(b, g, row):
    """Unlinks a placed group and notes its visits' routes in a spare row."""
    low = b.member_from[g]
    for at in range(low, b.member_from[g + 1]):
        j = b.member[at]
        b.spare[row, at - low] = b.node[j].route
        unlink(b, j)


@njit(cache=True)
def put_group(b, g, row, shift):
    """Links a group that was taken into the noted routes, that much later than it stood."""
    low = b.member_from[g]
    for at in range(low, b.member_from[g + 1]):
        j = b.member[at]
        link(b, j, before(b, b.spare[row, at - low], b.node[j].start + shift))


@njit(cache=True)
def relocate_group(b, i):
    """Linked visits go together to about another time; mostly `i` alone changes its carer."""
    g = b.node[i].group
    low = b.member_from[g]
    shift = nudged(b, 0.0)
    u = np.random.random()
    begin(b)
    take_group(b, g, 2)
    for at in range(low, b.member_from[g + 1]):
        j = b.member[at]
        if (j == i and u < 0.7) or u < 0.06:
            b.spare[2, at - low] = pick_route(b, j)
        pick_release(b, j)
    put_group(b, g, 2, shift)
    return CHANGED


@njit(cache=True)
def swap(b):
    """Two visits change places; of linked visits, the others may change times with them."""
    i = pick(b.move[0].visits)
    x = b.node[i]
    if x.route < 0:
        return NOTHING
    j = before(b, pick_route(b, i), nudged(b, x.start))
    y = b.node[j]
    if y.kind != VISIT or i == j or not b.allowed[j, x.route]:
        return NOTHING
    linked = size_of(b, x.group) > 1 or size_of(b, y.group) > 1
    if linked and x.group != y.group and np.random.random() < 0.6:
        return swap_groups(b, i, j)
    p, q = x.prev, y.prev
    if p == j or q == i:
        return NOTHING
    begin(b)
    unlink(b, i)
    unlink(b, j)
    link(b, i, q)
    link(b, j, p)
    return CHANGED


@njit(cache=True)
def swap_groups(b, i, j):
    """Two groups change times, and `i` and `j` their carers."""
    g, h = b.node[i].group, b.node[j].group
    ri, rj = b.node[i].route, b.node[j].route
    shift = b.node[j].start - b.node[i].start
    begin(b)
    take_group(b, g, 2)
    take_group(b, h, 3)
    for at in range(size_of(b, g)):
        if b.member[b.member_from[g] + at] == i:
            b.spare[2, at] = rj
    for at in range(size_of(b, h)):
        if b.member[b.member_from[h] + at] == j:
            b.spare[3, at] = ri
    put_group(b, g, 2, shift)
    put_group(b, h, 3, -shift)
    return CHANGED


@njit(cache=True)
def relocate_row(b):
    """Two or three visits in a row go elsewhere."""
    i = pick(b.move[0].visits)
    if b.node[i].route < 0:
        return NOTHING
    p = pick_place(b, i)
    if p < 0:
        return NOTHING
    route = b.node[p].route
    length = 0
    j = i
    for _ in range(2 + pick(2)):
        if b.node[j].kind != VISIT or j == p or not b.allowed[j, route]:
            break
        b.spare[0, length] = j
        length += 1
        j = b.node[j].next
    if length < 2 or p == b.node[i].prev:
        return NOTHING
    begin(b)
    for at in range(length):
        unlink(b, b.spare[0, at])
    for at in range(length):
        link(b, b.spare[0, at], p)
        p = b.spare[0, at]
    return CHANGED


@njit(cache=True)
def tail_fits(b, p, route):
    """Whether all behind `p` may change to the route; and a sum that tells its breaks."""
    breaks = 0
    i = b.node[p].next
    while b.node[i].kind != LAST:
        if not b.allowed[i, route]:
            return False, breaks
        if b.node[i].kind > 0:
            breaks += b.node[i].kind
        i = b.node[i].next
    return True, breaks


@njit(cache=True)
def tails(b):
    """Two routes exchange what is left of their day."""
    p = pick(b.move[0].visits)
    if b.node[p].route < 0:
        return NOTHING
    follower = b.node[p].next
    q = p
    if b.node[follower].kind == VISIT and np.random.random() < 0.5:
        q = b.near[follower, pick(b.near.shape[1])]
        if b.node[q].route < 0:
            return NOTHING
    else:
        q = before(b, pick_route(b, p), nudged(b, b.node[p].start))
    rp, rq = b.node[p].route, b.node[q].route
    if rp == rq:
        return NOTHING
    fits_p, breaks_p = tail_fits(b, p, rq)
    if not fits_p:
        return NOTHING
    fits_q, breaks_q = tail_fits(b, q, rp)
    if not fits_q or breaks_p != breaks_q:
        return NOTHING
    begin(b)
    cross(b, p, q)
    return CHANGED


@njit(cache=True)
def rerelease(b):
    """A visit waits for another of the moments worth waiting for."""
    i = pick(b.move[0].visits)
    x = b.node[i]
    if x.route < 0 or x.releases < 2:
        return NOTHING
    begin(b)
    pick_release(b, i)
    seed(b, i)
    return CHANGED


@njit(cache=True)
def link_group(b, g):
    """Places the pooled group's visits at random, at about one time. False: somebody cannot."""
    low, high = b.member_from[g], b.member_from[g + 1]
    start = NEVER
    for at in range(low, high):
        i = b.member[at]
        x = b.node[i]
        if x.able_from == x.able_to:
            return False
        if start == NEVER:
            start = x.low + np.random.random() * (min(x.high, x.low + 8 * b.move[0].rhythm) - x.low)
        link(b, i, before(b, pick_route(b, i), start))
    return True


@njit(cache=True)
def fill(b):
    """An unplaced group is placed; half the time another one gives way to it."""
    m = b.move[0]
    if m.pool == 0:
        return NOTHING, -1, -1
    g = b.pool[pick(m.pool)]
    begin(b)
    if not link_group(b, g):
        rollback(b)
        return NOTHING, -1, -1
    if np.random.random() < 0.5:
        return FILLED, g, -1
    i = b.member[b.member_from[g]]
    j = b.node[i].next if np.random.random() < 0.5 else b.node[i].prev
    if b.node[j].kind != VISIT or b.node[j].group == g:
        return FILLED, g, -1
    return SWAPPED, g, unlink_group(b, b.node[j].group)


@njit(cache=True)
def unlink_group(b, g):
    for at in range(b.member_from[g], b.member_from[g + 1]):
        unlink(b, b.member[at])
    return g


@njit(cache=True)
def empty(b):
    """A group is left unplaced."""
    i = pick(b.move[0].visits)
    if b.node[i].route < 0:
        return NOTHING, -1, -1
    begin(b)
    return EMPTIED, -1, unlink_group(b, b.node[i].group)


@njit(cache=True)
def carers_differ(b):
    """Whether every visit of the change has another carer than those it must differ from."""
    for at in range(b.move[0].saved):
        i = b.saved[at].node
        x = b.node[i]
        if x.other_from != x.other_to and not others_differ(b, i):
            return False
    return True


@njit(cache=True)
def propose(b):
    """One random move."""
    m = b.move[0]
    u = np.random.random()
    if m.pool > 0 and u < 0.08:
        return fill(b)
    if u < 0.085:
        return empty(b)
    if u < 0.64:
        return relocate(b), -1, -1
    if u < 0.80:
        return swap(b), -1, -1
    if u < 0.88:
        return relocate_row(b), -1, -1
    if u < 0.98:
        return tails(b), -1, -1
    return rerelease(b), -1, -1


@njit(cache=True)
def keep(b, kept, kept_release):
    """Notes the plan: predecessor of each node, -1 where unplaced; releases, then cost parts."""
    nodes = b.move[0].nodes
    for part in range(8):
        kept_release[nodes + part] = b.cost[part]
    for i in range(b.move[0].nodes):
        kept[i] = b.node[i].prev if b.node[i].route >= 0 else -1
        kept_release[i] = b.node[i].release


@njit(cache=True)
def anneal(b, moves, hot, cold, best, kept, kept_release):
    """Runs `moves` moves while cooling from `hot` to `cold`; returns the best cost ever seen.

    `kept`, one per node, and `kept_release`, eight more, hold the best plan when it is better than `best`.
    """
    m = b.move[0]
    current = total(b)
    if best > current:
        best = current
        keep(b, kept, kept_release)
    cooling = (cold / hot) ** (1.0 / max(1, moves))
    heat = hot
    for _ in range(moves):
        heat *= cooling
        did, placed, dropped = propose(b)
        if did == NOTHING:
            continue
        m.tries += 1
        limit = current - heat * log(np.random.random() + 1e-300)
        if not carers_differ(b) or not settle(b, limit):
            rollback(b)
            continue
        if did in (FILLED, SWAPPED):
            pool_out(b, placed)
        if did in (SWAPPED, EMPTIED):
            pool_in(b, dropped)
        current = total(b)
        if current < best - 1e-6:
            best = current
            keep(b, kept, kept_release)
    return best


@njit(cache=True)
def restore(b, kept, kept_release):
    """Puts the kept plan on the board, and counts every cost anew. False: it does not fit."""
    m = b.move[0]
    inner = m.nodes - 2 * m.routes
    begin(b)
    for i in range(inner):
        if b.node[i].route >= 0:
            unlink(b, i)
    follower = b.spare[1]
    for i in range(m.nodes):
        follower[i] = -1
    for i in range(m.nodes):
        if kept[i] >= 0:
            follower[kept[i]] = i
    for route in range(m.routes):
        p = first_of(b, route)
        i = follower[p]
        while i >= 0 and b.node[i].kind != LAST:
            save(b, i)
            b.node[i].release = kept_release[i]
            link(b, i, p)
            p = i
            i = follower[i]
    fits = carers_differ(b) and settle(b, FAR * FAR)
    if not fits:
        rollback(b)
        return False
    refill_pool(b)
    recount(b)
    return True


@njit(cache=True)
def refill_pool(b):
    m = b.move[0]
    m.pool = 0
    placed = m.groups
    for g in range(m.groups):
        if b.node[b.member[b.member_from[g]]].route < 0:
            b.pool[m.pool] = g
            b.pool_at[g] = m.pool
            m.pool += 1
        else:
            placed -= 1
            b.pool[placed] = g
            b.pool_at[g] = placed


@njit(cache=True)
def recount(b):
    """Takes rounding out of the sums that are kept move by move."""
    m = b.move[0]
    for part in range(3):
        b.cost[part] = 0.0
    b.cost[5] = 0.0
    for i in range(m.nodes):
        x = b.node[i]
        if x.kind == FIRST:
            continue
        if x.route < 0:
            b.cost[5] += x.penalty
            continue
        b.cost[0] += x.way * m.travel
        b.cost[1] += x.late_cost * max(0.0, x.start - x.due)
        if x.timed != 0:
            b.cost[2] += x.early_cost * max(0.0, x.ready - x.start)
            b.cost[2] += x.settled_cost * abs(x.start - x.settled)
