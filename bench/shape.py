"""`python -m bench.shape`: figures of how the code stands, for `docs/measured.md`.

    python -m bench.shape            everything (the types take half a minute, the queries some seconds)
    python -m bench.shape --quick    what is read from the source alone

Counted in the apps and `config/`, without migrations: lines and functions; places where a command's
field is declared; doors to state; places that name `Any` in a command's methods; arrows that run upward
between the folders of an app, however they are ordered; lines kept from the formatter. Then mypy's errors
with every code on, tests and bench too; and the queries of pages and of a command that finishes a step.
"""

import argparse
import ast
import re
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
APPS = ("audit", "door", "organisation", "cases", "clients", "procurement", "planning", "config")
TOO_LONG = 400
COMMAND_BASES = {"Command"}
FORM_BASES = {"CommandForm", "Form", "ModelForm"}
Row = tuple[str, Any]


def main(given: list[str] | None = None) -> int:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args(given)
    rows = [*source(), *doors(), *commands(), *arrows(), *formatting()]
    if not options.quick:
        rows += [*types(), *queries()]
    for name, figure in rows:
        print(f"{name:60} {figure}")
    return 0


@cache
def modules() -> dict[Path, ast.Module]:
    """The syntax of every file of the apps, by path from the root."""
    paths = [
        path.relative_to(ROOT)
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts
    ]
    return {path: ast.parse((ROOT / path).read_text()) for path in paths}


def lines_of(path: Path) -> int:
    """How many lines a file has."""
    return len((ROOT / path).read_text().splitlines())


def source() -> Iterator[Row]:
    """Size: lines, functions and how long they are, long files, templates."""
    lengths = [
        node.end_lineno - node.lineno + 1
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno
    ]
    sizes = {path: lines_of(path) for path in modules()}
    templates = [
        path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*") if path.is_file()
    ]
    yield "lines of Python", sum(sizes.values())
    yield "files", len(sizes)
    yield "functions", len(lengths)
    yield (
        "lines of a function: median, 95 %, longest",
        f"{statistics.median(lengths):.0f}, {sorted(lengths)[len(lengths) * 95 // 100]}, {max(lengths)}",
    )
    yield f"files over {TOO_LONG} lines", sum(size > TOO_LONG for size in sizes.values())
    yield "lines of templates", sum(lines_of(path) for path in templates)
    yield (
        "template lines over 160 signs",
        sum(
            len(line) > 160 for path in templates for line in (ROOT / path).read_text().splitlines()
        ),
    )


def doors() -> Iterator[Row]:
    """Functions that write to the log by themselves: each is a door to state beside `perform`."""
    found = [
        f"{path}:{node.name}"
        for path, tree in modules().items()
        if path.parts[0] not in ("audit", "door") and "demo" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and _calls(node, "log", "record")
    ]
    yield "functions that write to the log", len(found)
    yield "files with such a function", len({name.split(":")[0] for name in found})


def _calls(node: ast.AST, module: str, name: str) -> bool:
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == name
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == module
        for call in ast.walk(node)
    )


def commands() -> Iterator[Row]:
    """Commands, the declarations of their fields, and what their methods leave untyped."""
    classes = _classes()
    theirs = [node for node in classes.values() if _is_a(node, COMMAND_BASES, classes)]
    forms = [node for node in classes.values() if _is_a(node, FORM_BASES, classes)]
    fields = [
        name
        for node in theirs
        for item in node.body
        if isinstance(item, ast.AnnAssign) and (name := _field(item))
    ]
    again = [
        target.id
        for node in forms
        for item in node.body
        if isinstance(item, ast.Assign)
        for target in item.targets
        if isinstance(target, ast.Name) and isinstance(item.value, ast.Call)
    ]
    methods = [item for node in theirs for item in node.body if isinstance(item, ast.FunctionDef)]
    yield "commands", len(theirs)
    yield "fields of commands", len(fields)
    yield "fields of forms", len(again)
    yield "commands that list their fields for the log", sum(m.name == "stated" for m in methods)
    yield "`Any` in signatures of commands", sum(_anys(method) for method in methods)


def _classes() -> dict[str, ast.ClassDef]:
    return {
        node.name: node
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }


def _is_a(node: ast.ClassDef, bases: set[str], classes: dict[str, ast.ClassDef]) -> bool:
    for name in map(_name_of, node.bases):
        if name in bases:
            return True
        if name != node.name and name in classes and _is_a(classes[name], bases, classes):
            return True
    return False


def _name_of(node: ast.expr) -> str:
    if isinstance(node, ast.Subscript):
        node = node.value
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _field(item: ast.AnnAssign) -> str:
    is_shared = "ClassVar" in ast.unparse(item.annotation)
    return "" if is_shared or not isinstance(item.target, ast.Name) else item.target.id


def _anys(method: ast.FunctionDef) -> int:
    every = [*method.args.posonlyargs, *method.args.args, *method.args.kwonlyargs]
    written = [arg.annotation for arg in every] + [method.returns]
    return sum("Any" in ast.unparse(each) for each in written if each)


def arrows() -> Iterator[Row]:
    """For each app, the fewest imports that run upward however its folders are put in floors."""
    for app in APPS:
        edges = _edges(app)
        if len({end for edge in edges for end in edge}) > 1:
            yield f"{app}: imports that run upward between its folders", _fewest_upward(edges)
    local = sum(
        isinstance(node, ast.ImportFrom | ast.Import)
        for tree in modules().values()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    )
    yield "imports inside functions", local


def _edges(app: str) -> Counter[tuple[str, str]]:
    """(importing folder, imported folder) -> how many imports."""
    folders = {path.parts[1] for path in modules() if path.parts[0] == app and len(path.parts) > 2}
    found: Counter[tuple[str, str]] = Counter()
    for path, tree in modules().items():
        if path.parts[0] != app or len(path.parts) < 3:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                whole = [f"{node.module}.{name.name}".split(".") for name in node.names]
                for parts in {tuple(each[:2]) for each in whole}:
                    if parts[0] == app and parts[-1] in folders - {path.parts[1]}:
                        found[path.parts[1], parts[-1]] += 1
    return found


def _fewest_upward(edges: Counter[tuple[str, str]]) -> int:
    """Over every order of the folders: the best for a set is found from the best of smaller sets."""
    names = sorted({end for edge in edges for end in edge})
    place = {name: n for n, name in enumerate(names)}
    out = [0] * len(names)
    weight: dict[tuple[int, int], int] = {}
    for (above, below), count in edges.items():
        out[place[above]] |= 1 << place[below]
        weight[place[above], place[below]] = count
    best = {0: 0}
    for built in range(1, 1 << len(names)):
        best[built] = min(
            best[built ^ (1 << top)]
            # What a folder below imports of this one runs upward.
            + sum(weight.get((low, top), 0) for low in range(len(names)) if built >> low & 1)
            for top in range(len(names))
            if built >> top & 1
        )
    return best[(1 << len(names)) - 1]


def formatting() -> Iterator[Row]:
    """Statements kept from the formatter, and those of them that are no table of data."""
    marked = tables = 0
    for path, tree in modules().items():
        marks = {
            number
            for number, line in enumerate((ROOT / path).read_text().splitlines(), 1)
            if re.search(r"# fmt: skip", line)
        }
        ends = {
            row.end_lineno
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            for row in [*node.body, *getattr(node, "decorator_list", [])]
            if _is_data(row, node)
        }
        marked += len(marks)
        tables += len(marks & ends)
    yield "statements kept from the formatter", marked
    yield "of them no table of data", marked - tables


def _is_data(row: ast.AST, where: ast.AST) -> bool:
    """Whether a statement is a table: an assignment outside functions, or what a test is given."""
    if isinstance(where, ast.FunctionDef):
        return row in where.decorator_list
    return isinstance(row, ast.Assign | ast.AnnAssign | ast.Call)


def types() -> Iterator[Row]:
    """Errors of mypy with every code on."""
    config = (ROOT / "pyproject.toml").read_text()
    strict = re.sub(r"disable_error_code = \[.*?\]\n", "", config, flags=re.S)
    strict = strict.replace("check_untyped_defs = false", "check_untyped_defs = true")
    strict = strict.replace(
        '"planning", "config"]\nignore', '"planning", "config", "tests", "bench"]\nignore'
    )
    scratch = ROOT / "var" / "mypy-every-code.toml"
    scratch.parent.mkdir(exist_ok=True)
    scratch.write_text(strict)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(scratch)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    yield "mypy, every code on, tests and bench too", done.stdout.splitlines()[-1]


def queries() -> Iterator[Row]:
    """Of three pages, and of the command that finishes an application's step of assessment."""
    import os
    import tempfile

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    os.environ["KUNDVAL_DATA"] = tempfile.mkdtemp()
    import django

    django.setup()
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from config.tables import make_tables
    from organisation.roles import Role
    from tests.everything import BACKEND, World
    from tests.factories import at
    from tests.procurement.routine import STATES, STEPS, Routine

    make_tables()
    world = World()
    browser = Client()
    browser.force_login(world.people[Role.DEPUTY_DIRECTOR], BACKEND)
    for name, arguments in (("overview", []), ("worklist", []), ("case", [world.case.pk])):
        address = reverse(f"cases:{name}", args=arguments)
        browser.get(address)
        with CaptureQueriesContext(connection) as made:
            assert browser.get(address).status_code == 200
        yield f"queries of the page {name}", _asked(made)
    routine = Routine(world.case, world.people, world.company)
    for state in STATES[STATES.index("received") + 1 : STATES.index("assessment") + 1]:
        STEPS[state](routine)
    with CaptureQueriesContext(connection) as made:
        routine.concur(at(date(2026, 3, 18)))
    yield "queries of a command that finishes a step", _asked(made)


def _asked(made: Iterable[Mapping[str, str]]) -> int:
    """How many questions the database was asked; where a transaction begins and ends is none."""
    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    return sum(not row["sql"].startswith(control) for row in made)


if __name__ == "__main__":
    sys.exit(main())
