"""The database's own refusal to change the event log (CAP-06), for SQLite and PostgreSQL.

Events can be neither changed nor removed; their values can be removed (disposal) but not changed.
"""

from collections.abc import Iterator

from django.db.backends.base.base import BaseDatabaseWrapper

_BY_ROW = (
    ("audit_event", "update"),
    ("audit_event", "delete"),
    ("audit_eventvalues", "update"),
    ("audit_chain", "delete"),
)
_BY_STATEMENT = tuple((table, "truncate") for table in sorted({table for table, _ in _BY_ROW}))
"""What PostgreSQL knows besides."""
_BODY = "begin raise exception 'the event log is append-only'; end"
_THERE = {
    "sqlite": "select name, sql, 1 from sqlite_master where type = 'trigger'",
    "postgresql": "select tgname, pg_get_triggerdef(t.oid, true) || ' ' || prosrc, "
    "tgenabled in ('O', 'A') from pg_trigger t join pg_proc p on p.oid = tgfoid",
}


def wanted(vendor: str) -> dict[str, str]:
    """Name of each trigger -> the SQL that makes it."""
    if vendor == "sqlite":
        return {
            _name(
                *refused
            ): f"create trigger {_name(*refused)} before {refused[1]} on {refused[0]} "
            "begin select raise(abort, 'the event log is append-only'); end"
            for refused in _BY_ROW
        }
    return {
        _name(*refused): f"create trigger {_name(*refused)} before {refused[1]} on {refused[0]} "
        f"for each {each} execute function audit_log_refuse()"
        for each, triggers in (("row", _BY_ROW), ("statement", _BY_STATEMENT))
        for refused in triggers
    }


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "create or replace function audit_log_refuse() returns trigger "
                f"language plpgsql as $${_BODY}$$"
            )
        for statement in wanted(connection.vendor).values():
            cursor.execute(statement)


def faults(connection: BaseDatabaseWrapper) -> Iterator[str]:
    """Each trigger that is not there, does something else than it should, or is disabled."""
    body = f" {_BODY}" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(_THERE[connection.vendor])
        there = {name: (definition, on) for name, definition, on in cursor.fetchall()}
    for name, statement in wanted(connection.vendor).items():
        definition, is_on = there.get(name, ("", False))
        if not definition:
            yield f"Databasens skydd {name} saknas."
        elif definition.casefold() != f"{statement}{body}":
            yield f"Databasens skydd {name} är ändrat."
        elif not is_on:
            yield f"Databasens skydd {name} är avstängt."


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for reversing the migration, restoring a backup, and emptying tests."""
    with connection.cursor() as cursor:
        for table, verb in (*_BY_ROW, *_BY_STATEMENT):
            if connection.vendor == "postgresql":
                cursor.execute(f"drop trigger if exists {_name(table, verb)} on {table}")
            else:
                cursor.execute(f"drop trigger if exists {_name(table, verb)}")


def _name(table: str, verb: str) -> str:
    return f"audit_log_{table}_{verb}"
