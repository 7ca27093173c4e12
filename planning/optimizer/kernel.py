"""The compiled heart: change a route, time what follows, take it back.

A change is made of `begin`, any number of `unlink` and `link`, then `settle`; after that either
`commit` or `rollback`. Starts are the earliest that the chains and links allow, and never before
a visit's `release`. `settle` times anew only what hangs on the change: everything that stood tight
behind it is first forgotten, then found again from below, smallest start first.
"""

from math import inf

from numba import njit

from .board import (
    ASSIGN,
    FACES,
    FAIR,
    FAR,
    FIRST,
    LAST,
    NEVER,
    TARDY,
    TIMING,
    TRAVEL,
    UNPLACED,
    VISIT,
    WORST,
)

TIGHT = 1e-7
"""Two times closer than this are the same."""


@njit(cache=True)
def begin(b):
    """Opens a change."""
    m = b.move[0]
    m.id += 1
    m.saved = 0
    m.carers = 0
    m.counted = 0
    m.seeds = 0
    m.old_worst = m.worst
    for part in range(8):
        b.old_cost[part] = b.cost[part]


@njit(cache=True)
def save(b, i):
    """Notes how a node stood before the change, once."""
    m = b.move[0]
    x = b.node[i]
    if x.stamp == m.id:
        return
    x.stamp = m.id
    row = b.saved[m.saved]
    row.node = i
    row.route = x.route
    row.prev = x.prev
    row.next = x.next
    row.way = x.way
    row.start = x.start
    row.release = x.release
    m.saved += 1


@njit(cache=True)
def save_carer(b, k):
    m = b.move[0]
    c = b.carer[k]
    if c.stamp == m.id:
        return
    c.stamp = m.id
    row = b.saved_carer[m.carers]
    row.carer = k
    row.work = c.work
    row.load = c.load
    m.carers += 1


@njit(cache=True)
def seed(b, i):
    """The node must be timed anew."""
    m = b.move[0]
    if b.node[i].mark != m.id:
        b.node[i].mark = m.id
        b.seed[m.seeds] = i
        m.seeds += 1


@njit(cache=True)
def way_into(b, i):
    """Travel into a node from the last place before it; a break is held where one is."""
    x = b.node[i]
    if x.kind > 0:
        return 0.0
    p = x.prev
    while b.node[p].kind > 0:
        p = b.node[p].prev
    if x.kind == LAST and b.node[p].kind == FIRST:
        return 0.0
    return b.travel[b.shift[x.route].mode, b.node[p].place, x.place]


@njit(cache=True)
def refresh_way(b, i):
    """Travel into the node, and into what follows a break, after the chain before it changed."""
    while True:
        save(b, i)
        seed(b, i)
        x = b.node[i]
        way = way_into(b, i)
        k = b.shift[x.route].carer
        save_carer(b, k)
        b.carer[k].work += way - x.way
        b.cost[TRAVEL] += (way - x.way) * b.move[0].travel
        x.way = way
        if x.kind <= 0:
            return
        i = x.next


@njit(cache=True)
def count(b, i, route, step):
    """Books a visit in (+1) or out (-1) of a carer's wishes, faces and load."""
    m = b.move[0]
    x = b.node[i]
    k = b.shift[route].carer
    save_carer(b, k)
    c = b.carer[k]
    c.work += step * x.duration
    b.shift[route].visits += step
    b.cost[ASSIGN] += step * b.assign_cost[i, k]
    if m.fair > 0:
        b.cost[FAIR] -= m.fair * abs(c.load - c.share)
        c.load += step * x.burden
        b.cost[FAIR] += m.fair * abs(c.load - c.share)
    if m.face > 0:
        met = b.met[x.person, k]
        if met + step == 0 or met == 0:
            b.cost[FACES] += step * b.face_cost[x.person, k]
        b.met[x.person, k] = met + step
    row = b.counted[m.counted]
    row.person = x.person
    row.carer = k
    row.step = step
    row.route = route
    m.counted += 1


@njit(cache=True)
def unlink(b, i):
    """Takes a visit or break out of its route."""
    save(b, i)
    x = b.node[i]
    p = x.prev
    q = x.next
    save(b, p)
    save(b, q)
    b.node[p].next = q
    b.node[q].prev = p
    k = b.shift[x.route].carer
    save_carer(b, k)
    b.carer[k].work -= x.way
    b.cost[TRAVEL] -= x.way * b.move[0].travel
    x.way = 0.0
    if x.kind == VISIT:
        count(b, i, x.route, -1)
        b.cost[UNPLACED] += x.penalty
    x.route = -1
    seed(b, i)
    refresh_way(b, q)


@njit(cache=True)
def link(b, i, p):
    """Puts a node that is out of the plan just behind node `p`."""
    save(b, i)
    save(b, p)
    x = b.node[i]
    q = b.node[p].next
    save(b, q)
    x.route = b.node[p].route
    x.prev = p
    x.next = q
    b.node[p].next = i
    b.node[q].prev = i
    if x.kind == VISIT:
        count(b, i, x.route, 1)
        b.cost[UNPLACED] -= x.penalty
    refresh_way(b, i)
    refresh_way(b, q)


@njit(cache=True)
def cross(b, p, q):
    """Exchanges what follows `p` with what follows `q`, up to the two routes' last nodes."""
    rp = b.node[p].route
    rq = b.node[q].route
    head_p = b.node[p].next
    head_q = b.node[q].next
    end_p = take_over(b, head_p, rp, rq)
    end_q = take_over(b, head_q, rq, rp)
    last_p = b.node[end_p].next
    last_q = b.node[end_q].next
    if b.node[head_p].kind == LAST:
        last_p = head_p
    if b.node[head_q].kind == LAST:
        last_q = head_q
    has_p = b.node[head_p].kind != LAST
    has_q = b.node[head_q].kind != LAST
    save(b, p)
    save(b, q)
    save(b, last_p)
    save(b, last_q)
    join(b, p, head_q if has_q else last_p)
    join(b, q, head_p if has_p else last_q)
    if has_q:
        join(b, end_q, last_p)
    if has_p:
        join(b, end_p, last_q)
    remeasure(b, p, last_p)
    remeasure(b, q, last_q)


@njit(cache=True)
def join(b, p, q):
    b.node[p].next = q
    b.node[q].prev = p


@njit(cache=True)
def take_over(b, i, old, new):
    """Moves the chain from `i` to the books of another route; its last node but the route's own."""
    end = i
    while b.node[i].kind != LAST:
        save(b, i)
        if b.node[i].kind == VISIT:
            count(b, i, old, -1)
            count(b, i, new, 1)
        k = b.shift[old].carer
        b.carer[k].work -= b.node[i].way
        b.carer[b.shift[new].carer].work += b.node[i].way
        b.node[i].route = new
        end = i
        i = b.node[i].next
    return end


@njit(cache=True)
def remeasure(b, p, last):
    """Travel along a chain that changed carer; only what differs is timed anew."""
    i = b.node[p].next
    refresh_way(b, i)
    while i != last:
        i = b.node[i].next
        if way_into(b, i) != b.node[i].way or i == last:
            refresh_way(b, i)


@njit(cache=True)
def tardiness(x, start):
    return x.late_cost * max(0.0, start - x.due)


@njit(cache=True)
def timing(x, start):
    if x.timed == 0 or start <= NEVER:
        return 0.0
    return x.early_cost * max(0.0, x.ready - start) + x.settled_cost * abs(start - x.settled)


@njit(cache=True)
def push(b, i, key):
    m = b.move[0]
    x = b.node[i]
    if x.queued == m.id:
        return
    x.queued = m.id
    at = m.heap
    m.heap += 1
    while at > 0:
        up = (at - 1) >> 1
        if b.heap_key[up] <= key:
            break
        b.heap[at] = b.heap[up]
        b.heap_key[at] = b.heap_key[up]
        at = up
    b.heap[at] = i
    b.heap_key[at] = key


@njit(cache=True)
def pop(b):
    m = b.move[0]
    top = b.heap[0]
    m.heap -= 1
    size = m.heap
    i = b.heap[size]
    key = b.heap_key[size]
    at = 0
    while True:
        down = 2 * at + 1
        if down >= size:
            break
        if down + 1 < size and b.heap_key[down + 1] < b.heap_key[down]:
            down += 1
        if b.heap_key[down] >= key:
            break
        b.heap[at] = b.heap[down]
        b.heap_key[at] = b.heap_key[down]
        at = down
    b.heap[at] = i
    b.heap_key[at] = key
    b.node[top].queued = 0
    return top


@njit(cache=True)
def spread(b):
    """Seeds, and everything that stood tight behind them."""
    m = b.move[0]
    at = 0
    while at < m.seeds:
        i = b.seed[at]
        at += 1
        x = b.node[i]
        if x.kind == FIRST:
            continue
        if x.route >= 0 and x.kind != LAST:
            j = x.next
            y = b.node[j]
            if y.mark != m.id and y.start - (x.start + x.duration + y.way) < TIGHT:
                seed(b, j)
        for a in range(x.out_from, x.out_to):
            j = b.out_arc[a].node
            y = b.node[j]
            if y.mark != m.id and y.route >= 0 and y.start - x.start - b.out_arc[a].lag < TIGHT:
                seed(b, j)


@njit(cache=True)
def earliest(b, x):
    """The earliest start that what stands before the node allows now."""
    start = x.release
    if x.kind != FIRST:
        y = b.node[x.prev]
        start = max(start, y.start + y.duration + x.way)
        for a in range(x.in_from, x.in_to):
            z = b.node[b.in_arc[a].node]
            if z.route >= 0:
                start = max(start, z.start + b.in_arc[a].lag)
    return start


@njit(cache=True)
def total(b):
    return (
        b.cost[0]
        + b.cost[1]
        + b.cost[2]
        + b.cost[3]
        + b.cost[4]
        + b.cost[5]
        + b.cost[6]
        + b.cost[7]
    )


@njit(cache=True)
def settle(b, limit):
    """Times the plan after a change. False: a hard rule is broken, or the cost is over `limit`.

    On False the plan is half timed: only `rollback` may follow.
    """
    m = b.move[0]
    for at in range(m.carers):
        c = b.carer[b.saved_carer[at].carer]
        if c.work > c.most + TIGHT:
            return False
    spread(b)
    if not forget(b, limit):
        return False
    if not retime(b, limit):
        return False
    for at in range(m.saved):
        row = b.saved[at]
        x = b.node[row.node]
        if x.timed != 0:
            b.cost[TIMING] += timing(x, x.start) - timing(x, row.start)
    if m.worst_cost > 0:
        find_worst(b)
    return total(b) <= limit


@njit(cache=True)
def forget(b, limit):
    """Takes the starts of all that hangs on the change, and queues it."""
    m = b.move[0]
    m.heap = 0
    for at in range(m.seeds):
        i = b.seed[at]
        x = b.node[i]
        if x.kind == FIRST:
            continue
        save(b, i)
        b.cost[TARDY] -= tardiness(x, x.start)
        if x.route >= 0:
            key = x.start if x.start > NEVER else max(x.release, b.node[x.prev].start)
            push(b, i, key)
        x.start = NEVER
    least = 0.0
    for part in range(7):
        if part != TIMING:
            least += b.cost[part]
    return least <= limit


@njit(cache=True)
def retime(b, limit):
    """Finds the earliest starts from below; False on a broken bound, a circle, or the limit."""
    m = b.move[0]
    steps = 0
    most = 5 * m.nodes
    fixed = 0.0
    for part in range(7):
        if part != TARDY and part != TIMING:
            fixed += b.cost[part]
    while m.heap > 0:
        i = pop(b)
        x = b.node[i]
        start = earliest(b, x)
        if start <= x.start + TIGHT:
            continue
        steps += 1
        if start > x.high + TIGHT or steps > most:
            return False
        if start > x.due:
            b.cost[TARDY] += tardiness(x, start) - tardiness(x, x.start)
            if fixed + b.cost[TARDY] > limit:
                return False
        save(b, i)
        x.start = start
        if x.kind == LAST:
            continue
        y = b.node[x.next]
        if y.start + TIGHT < start + x.duration + y.way:
            push(b, x.next, max(y.start, start + x.duration + y.way))
        for a in range(x.out_from, x.out_to):
            j = b.out_arc[a].node
            y = b.node[j]
            if y.route >= 0 and y.start + TIGHT < start + b.out_arc[a].lag:
                push(b, j, start + b.out_arc[a].lag)
    return True


@njit(cache=True)
def find_worst(b):
    """The largest tardiness; searched anew only when the visit that had it got better."""
    m = b.move[0]
    lost = False
    worst = 0.0
    for at in range(m.saved):
        row = b.saved[at]
        x = b.node[row.node]
        if x.kind != VISIT:
            continue
        worst = max(worst, x.start - x.due)
        if row.start - x.due >= m.old_worst - TIGHT:
            lost = True
    if worst < m.worst:
        if lost and m.worst > 0:
            for i in range(m.visits):
                worst = max(worst, b.node[i].start - b.node[i].due)
        else:
            worst = m.worst
    m.worst = worst
    b.cost[WORST] = worst * m.worst_cost


@njit(cache=True)
def rollback(b):
    """Puts everything back as it stood at `begin`."""
    m = b.move[0]
    for at in range(m.saved):
        row = b.saved[at]
        x = b.node[row.node]
        x.route = row.route
        x.prev = row.prev
        x.next = row.next
        x.way = row.way
        x.start = row.start
        x.release = row.release
    for at in range(m.carers):
        row = b.saved_carer[at]
        b.carer[row.carer].work = row.work
        b.carer[row.carer].load = row.load
    for at in range(m.counted):
        row = b.counted[at]
        b.shift[row.route].visits -= row.step
        if m.face > 0:
            b.met[row.person, row.carer] -= row.step
    while m.heap > 0:
        m.heap -= 1
        b.node[b.heap[m.heap]].queued = 0
    m.worst = m.old_worst
    for part in range(8):
        b.cost[part] = b.old_cost[part]


@njit(cache=True)
def pool_out(b, g):
    """The group is placed."""
    m = b.move[0]
    at = b.pool_at[g]
    m.pool -= 1
    h = b.pool[m.pool]
    b.pool[at] = h
    b.pool_at[h] = at
    b.pool[m.pool] = g
    b.pool_at[g] = m.pool


@njit(cache=True)
def pool_in(b, g):
    """The group is unplaced."""
    m = b.move[0]
    at = b.pool_at[g]
    h = b.pool[m.pool]
    b.pool[at] = h
    b.pool_at[h] = at
    b.pool[m.pool] = g
    b.pool_at[g] = m.pool
    m.pool += 1


@njit(cache=True)
def others_differ(b, i):
    """Whether the visits that need another carer than this one have another."""
    x = b.node[i]
    if x.route < 0:
        return True
    k = b.shift[x.route].carer
    for a in range(x.other_from, x.other_to):
        r = b.node[b.other[a]].route
        if r >= 0 and b.shift[r].carer == k:
            return False
    return True


@njit(cache=True)
def start_board(b):
    """Times the empty board. False: the breaks alone do not fit their shifts."""
    begin(b)
    for i in range(b.node.shape[0]):
        if b.node[i].route >= 0 and b.node[i].kind != FIRST:
            seed(b, i)
    return settle(b, inf)


assert FAR < -2 * NEVER
