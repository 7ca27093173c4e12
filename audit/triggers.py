"""The database's own refusal to change the event log (CAP-06), for SQLite and PostgreSQL.

Events can be neither changed nor removed; their values can be removed (disposal) but not changed.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

_REFUSED = (
    ("audit_event", "update"),
    ("audit_event", "delete"),
    ("audit_eventvalues", "update"),
    ("audit_chain", "delete"),
)
_TABLES = sorted({table for table, _ in _REFUSED})


def statements(vendor: str) -> list[str]:
    """The SQL that puts the triggers in place."""
    if vendor == "sqlite":
        return [
            f"create trigger audit_log_{table}_{verb} before {verb} on {table} "
            "begin select raise(abort, 'the event log is append-only'); end"
            for table, verb in _REFUSED
        ]
    return [
        "create or replace function audit_log_refuse() returns trigger language plpgsql as "
        "$$ begin raise exception 'the event log is append-only'; end $$",
        *[
            f"create trigger audit_log_{table}_{verb} before {verb} on {table} "
            "for each row execute function audit_log_refuse()"
            for table, verb in _REFUSED
        ],
        *[
            f"create trigger audit_log_{table}_truncate before truncate on {table} "
            "for each statement execute function audit_log_refuse()"
            for table in _TABLES
        ],
    ]


def install(connection: BaseDatabaseWrapper) -> None:
    """Put the triggers in place."""
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for reversing the migration, restoring a backup, and emptying tests."""
    with connection.cursor() as cursor:
        for table, verb in _REFUSED:
            cursor.execute(_drop(connection.vendor, table, verb))
        if connection.vendor == "postgresql":
            for table in _TABLES:
                cursor.execute(_drop(connection.vendor, table, "truncate"))


def _drop(vendor: str, table: str, verb: str) -> str:
    on = f" on {table}" if vendor == "postgresql" else ""
    return f"drop trigger if exists audit_log_{table}_{verb}{on}"
