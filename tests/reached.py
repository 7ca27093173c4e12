"""A state that takes long to reach is reached once a process, and put back whenever it is wanted."""

import copy
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Model

P, R = ParamSpec("P"), TypeVar("R")
Rows = dict[type[Model], list[tuple]]
_installed: set[type[Model]] = set()
_reached: dict[Any, tuple["State", Any]] = {}


def reached_once(build: Callable[P, R]) -> Callable[P, R]:
    """What `build` leaves in the database, and what it answers, are kept and given anew for the
    same arguments: rows are put back with their keys, files stand where they were written.

    `build` starts from an empty database and takes its days and moments as they are: where the
    test has made something before, it is carried out as usual.
    """

    @functools.wraps(build)
    def reach(*args: P.args, **kwargs: P.kwargs) -> R:
        counted = _counts()
        if any(count for model, (count, _) in counted.items() if model not in _installed):
            return build(*args, **kwargs)
        start = tuple(counted[model] for model in _installed)
        # What is attached waits to be scanned where there is a scanner.
        key = (build, args, tuple(kwargs.items()), start, settings.CLAMAV_ADDRESS)
        if key not in _reached:
            before = _rows(_installed)
            answer = build(*args, **kwargs)
            _reached[key] = State.since(before), copy.deepcopy(answer)
            return answer
        state, answer = _reached[key]
        state.put_back()
        return copy.deepcopy(answer)

    return reach


def remember_installed() -> None:
    """The database holds now what every installation has, and nothing else."""
    _installed.update(model for model, (count, _) in _counts().items() if count)


@dataclass(frozen=True)
class State:
    """The rows that a build made."""

    made: Rows

    @classmethod
    def since(cls, before: Rows) -> "State":
        """What was not there before."""
        counted = _counts()
        now = _rows({model for model, (count, _) in counted.items() if count})
        had = {model: set(rows) for model, rows in before.items()}
        made = {m: [row for row in rows if row not in had.get(m, ())] for m, rows in now.items()}
        return cls({model: rows for model, rows in made.items() if rows})

    def put_back(self) -> None:
        """All rows, in any order: the database looks at references at the end of the transaction."""
        with transaction.atomic(), connection.cursor() as cursor:
            for model, rows in self.made.items():
                names = _columns(model)
                cursor.executemany(
                    f"INSERT INTO {_quoted(model._meta.db_table)} ({', '.join(names)}) "
                    f"VALUES ({', '.join(['%s'] * len(names))})",
                    rows,
                )


def _models() -> list[type[Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _columns(model: type[Model]) -> list[str]:
    return [_quoted(field.column) for field in model._meta.local_concrete_fields]


def _counts() -> dict[type[Model], tuple[int, str]]:
    """How many rows each table has, and the last key of them."""
    models = _models()
    sql = " UNION ALL ".join(
        f"SELECT {place}, count(*), max(CAST({_quoted(model._meta.pk.column)} AS text)) "
        f"FROM {_quoted(model._meta.db_table)}"
        for place, model in enumerate(models)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {models[place]: (count, last) for place, count, last in cursor.fetchall()}


def _rows(models: set[type[Model]]) -> Rows:
    with connection.cursor() as cursor:
        found = {}
        for model in models:
            table = _quoted(model._meta.db_table)
            cursor.execute(f"SELECT {', '.join(_columns(model))} FROM {table}")
            found[model] = cursor.fetchall()
        return found
