"""A case's process as a picture, drawn from its flow: what is done, where it stands, what follows."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from viewflow.workflow import STATUS, flow

from cases.flows import Step
from cases.models import Case, CaseTask
from cases.process import process_of

STEP_WIDTH = 126
ROW_HEIGHT = 33
BOX_WIDTH = 220


@dataclass
class Node:
    """A step as drawn: `status` is done, now or ahead; `what` is what it lacks."""

    title: str
    status: str
    what: str
    inside: bool = False
    x: int = 0
    y: int = 0


@dataclass
class Line:
    """A connection; `done` when the case has passed it."""

    d: str
    done: bool


@dataclass
class Picture:
    """The line of steps, with the parallel ones in a box. Lengths in SVG units."""

    before: list[Node] = field(default_factory=list)
    parallel: list[Node] = field(default_factory=list)
    after: list[Node] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    branches: list[Line] = field(default_factory=list)
    width: int = 0
    height: int = 0
    middle: int = 0
    box_x: int = 0
    box_width: int = BOX_WIDTH

    @property
    def nodes(self) -> list[Node]:
        """Every node in order."""
        return [*self.before, *self.parallel, *self.after]

    @property
    def box_height(self) -> int:
        """The height of the box around the parallel steps."""
        return self.height - 16

    @property
    def is_here(self) -> bool:
        """Whether the case stands among the parallel steps."""
        return any(node.status == "now" for node in self.parallel)

    @property
    def in_words(self) -> str:
        """The picture in words, for screen readers and narrow screens."""
        done = [node.title for node in self.nodes if node.status == "done"]
        now = [
            f"{node.title} (saknas: {node.what})" if node.what else node.title
            for node in self.nodes
            if node.status == "now"
        ]
        ahead = [node.title for node in self.nodes if node.status == "ahead"]
        parts = [("Klart", done), ("Nu", now), ("Sedan", ahead)]
        return " ".join(f"{word}: {', '.join(names)}." for word, names in parts if names)


def draw(case: Case) -> Picture | None:
    """The picture of a case, or None when its process has not begun."""
    flow_class = process_of(case.kind).flow
    tasks = CaseTask.objects.filter(process__case=case.pk).order_by("pk")
    if flow_class is None or not (found := list(tasks.prefetch_related("awaited"))):
        return None
    by_name = {task.flow_task.name: task for task in found}
    drawn = Picture()
    node: Any = flow_class.start
    while not isinstance(node, flow.End):
        if isinstance(node, flow.Split):
            branches = [edge.dst for edge in node._outgoing()]
            drawn.parallel = [_node(branch, by_name) for branch in branches]
            node = _next(_next(branches[0]))  # past the join
        else:
            line = drawn.after if drawn.parallel else drawn.before
            line.append(_node(node, by_name))
            node = _next(node)
    _place(drawn)
    _connect(drawn)
    return drawn


def _next(node: Any) -> Any:
    return next(iter(node._outgoing())).dst


def _node(node: Any, tasks: dict[str, CaseTask]) -> Node:
    title = node.title if isinstance(node, Step) else str(node.task_title)
    task = tasks.get(node.name)
    if task is None or task.status == STATUS.CANCELED:
        return Node(title, "ahead", "")
    if task.status == STATUS.DONE:
        return Node(title, "done", "")
    awaited = list(task.awaited.all())
    return Node(title, "now", awaited[0].what if awaited else "")


def _place(drawn: Picture) -> None:
    rows = max(len(drawn.parallel), 1)
    drawn.height = 40 + rows * ROW_HEIGHT
    drawn.middle = 36 + (rows - 1) * ROW_HEIGHT // 2
    x = 56
    for node in drawn.before:
        node.x, node.y = x, drawn.middle
        x += STEP_WIDTH
    drawn.box_x = x - STEP_WIDTH + 56
    for number, node in enumerate(drawn.parallel):
        node.inside = True
        node.x, node.y = drawn.box_x + 32, 36 + number * ROW_HEIGHT
    x = drawn.box_x + BOX_WIDTH + 66
    for node in drawn.after:
        node.x, node.y = x, drawn.middle
        x += STEP_WIDTH - 14
    drawn.width = x - STEP_WIDTH + 80


def _connect(drawn: Picture) -> None:
    y = drawn.middle
    for first, second in [*_pairs(drawn.before), *_pairs(drawn.after)]:
        drawn.lines.append(Line(f"M{first.x} {y}H{second.x}", first.status == "done"))
    start, end = drawn.before[-1], drawn.box_x + BOX_WIDTH - 10
    for node in drawn.parallel:
        drawn.branches.append(
            Line(
                f"M{start.x} {y}C{start.x + 40} {y} {start.x + 40} {node.y} {node.x} {node.y}",
                start.status == "done",
            )
        )
        drawn.branches.append(
            Line(
                f"M{end - 30} {node.y}C{end} {node.y} {end - 10} {y} {end + 20} {y}",
                node.status == "done",
            )
        )
    if drawn.parallel:
        done = all(node.status == "done" for node in drawn.parallel)
        drawn.lines.append(Line(f"M{end + 20} {y}H{drawn.after[0].x}", done))


def _pairs(nodes: list[Node]) -> list[tuple[Node, Node]]:
    return list(pairwise(nodes))
