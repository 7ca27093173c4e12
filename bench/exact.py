"""Other solvers on the same problems, to compare with: CP-SAT, OR-Tools routing, PyVRP."""

from planning.optimizer import Problem

SCALE = 10
"""Units of the integer solvers in one of the problem's."""


def _way(problem: Problem, a: int, b: int) -> int:
    way = problem.travel["car"][a][b]
    return round(SCALE * (way if a == b else max(way, problem.floor)))


def cp_sat(problem: Problem, seconds: float, workers: int = 1) -> tuple[float, float]:
    """(travel of the best plan that places every visit, proven lower bound).

    For problems with one shift per carer, carers alike, hard windows and simultaneous pairs.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    n, carers = len(problem.visits), len(problem.carers)
    shift = problem.carers[0].shifts[0]
    start = [
        model.new_int_var(
            max(int(SCALE * v.earliest), round(SCALE * shift.start)), int(SCALE * v.latest), ""
        )
        for v in problem.visits
    ]
    arcs, cost = [], []
    after: dict = {}
    for i, v in enumerate(problem.visits):
        out, home = (
            _way(problem, shift.start_place, v.place),
            _way(problem, v.place, shift.end_place),
        )
        first, last = model.new_bool_var(""), model.new_bool_var("")
        arcs += [(0, i + 1, first), (i + 1, 0, last)]
        cost += [out * first, home * last]
        after[0, i], after[i, n] = first, last
        model.add(start[i] >= round(SCALE * shift.start) + out).only_enforce_if(first)
        end = round(SCALE * (shift.end - v.duration)) - home
        model.add(start[i] <= end).only_enforce_if(last)
        for j, w in enumerate(problem.visits):
            way = _way(problem, v.place, w.place)
            if i == j or SCALE * (v.earliest + v.duration) + way > SCALE * w.latest:
                continue
            follows = model.new_bool_var("")
            arcs.append((i + 1, j + 1, follows))
            cost.append(way * follows)
            model.add(start[j] >= start[i] + round(SCALE * v.duration) + way).only_enforce_if(
                follows
            )
    model.add_multiple_circuit(arcs)
    model.add(sum(arc[2] for arc in arcs if arc[0] == 0) <= carers)
    number = {v.id: i for i, v in enumerate(problem.visits)}
    for link in problem.links:
        lag = start[number[link.second]] - start[number[link.first]]
        model.add(lag == 0)
    model.minimize(sum(cost))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = workers
    status = solver.solve(model)
    best = solver.objective_value if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else 1e18
    return best / SCALE, solver.best_objective_bound / SCALE


def routing(problem: Problem, seconds: float) -> float:
    """The objective that OR-Tools routing reaches, pairs as equal starts; inf when it finds none.

    Soft windows cost `tardiness`; the largest tardiness is left out of its sum, and counted after.
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    w, n, carers = problem.weights, len(problem.visits), len(problem.carers)
    place = [0] + [v.place for v in problem.visits]
    length = [0] + [round(SCALE * v.duration) for v in problem.visits]
    manager = pywrapcp.RoutingIndexManager(n + 1, carers, 0)
    model = pywrapcp.RoutingModel(manager)

    def ride(a, b):
        a, b = manager.IndexToNode(a), manager.IndexToNode(b)
        return _way(problem, place[a], place[b])

    def spend(a, b):
        return ride(a, b) + length[manager.IndexToNode(a)]

    model.SetArcCostEvaluatorOfAllVehicles(model.RegisterTransitCallback(ride))
    far = 10**7
    model.AddDimension(model.RegisterTransitCallback(spend), far, far, False, "time")
    time = model.GetDimensionOrDie("time")
    late = round(w.tardiness / w.travel) if w.tardiness else 0
    for i, v in enumerate(problem.visits):
        index = manager.NodeToIndex(i + 1)
        time.CumulVar(index).SetMin(int(SCALE * v.earliest))
        if v.latest < 1e9:
            time.CumulVar(index).SetMax(int(SCALE * v.latest))
        if v.preferred and late:
            time.SetCumulVarSoftUpperBound(index, int(SCALE * v.preferred[1]), late)
        able = [k for k, c in enumerate(problem.carers) if v.skills <= c.skills]
        model.VehicleVar(index).SetValues([-1, *able])
    number = {v.id: i + 1 for i, v in enumerate(problem.visits)}
    for link in problem.links:
        a, b = (manager.NodeToIndex(number[x]) for x in (link.first, link.second))
        solver = model.solver()
        solver.Add(time.CumulVar(b) >= time.CumulVar(a) + round(SCALE * link.min_lag))
        solver.Add(time.CumulVar(b) <= time.CumulVar(a) + round(SCALE * link.max_lag))
        solver.Add(model.VehicleVar(a) != model.VehicleVar(b))
    how = pywrapcp.DefaultRoutingSearchParameters()
    how.first_solution_strategy = (
        routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    )
    how.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    how.time_limit.FromMilliseconds(int(1000 * seconds))
    found = model.SolveWithParameters(how)
    if found is None:
        return float("inf")
    ways, tardy, worst = 0, 0.0, 0.0
    for k in range(carers):
        index = model.Start(k)
        while not model.IsEnd(index):
            follower = found.Value(model.NextVar(index))
            ways += ride(index, follower)
            index = follower
    for i, v in enumerate(problem.visits):
        at = found.Min(time.CumulVar(manager.NodeToIndex(i + 1)))
        over = max(0.0, at / SCALE - v.preferred[1]) if v.preferred else 0.0
        tardy, worst = tardy + over, max(worst, over)
    return w.travel * ways / SCALE + w.tardiness * tardy + w.max_tardiness * worst


def py_vrp(problem: Problem, seconds: float, seed: int = 1) -> float:
    """Travel that PyVRP reaches; for problems with alike carers and no links."""
    import pyvrp
    from pyvrp.stop import MaxRuntime

    model = pyvrp.Model()
    shift = problem.carers[0].shifts[0]
    places = [shift.start_place] + [v.place for v in problem.visits]
    spots = [model.add_location(number, 0) for number in range(len(places))]
    depot = model.add_depot(spots[0])
    window = (round(SCALE * shift.start), round(SCALE * shift.end))
    model.add_vehicle_type(
        len(problem.carers),
        start_depot=depot,
        end_depot=depot,
        tw_early=window[0],
        tw_late=window[1],
    )
    for v, spot in zip(problem.visits, spots[1:], strict=True):
        model.add_client(
            spot,
            service_duration=round(SCALE * v.duration),
            tw_early=int(SCALE * v.earliest),
            tw_late=int(SCALE * v.latest),
        )
    for a, spot in enumerate(spots):
        for b, other in enumerate(spots):
            way = _way(problem, places[a], places[b])
            model.add_edge(spot, other, distance=way, duration=way)
    answer = model.solve(MaxRuntime(seconds), seed=seed, display=False)
    return answer.cost() / SCALE
