"""A loading that is whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """One transaction round commands that each would be one: a loading that stops leaves nothing."""
    if connection.in_atomic_block:
        yield
        return
    transaction.set_autocommit(False)
    try:
        if connection.vendor == "sqlite":
            connection.cursor().execute("BEGIN IMMEDIATE")
        yield
        transaction.commit()
    except BaseException:
        transaction.rollback()
        raise
    finally:
        transaction.set_autocommit(True)
