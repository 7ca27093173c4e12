"""A new database, made from the models in a second instead of by a hundred migrations."""

from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from audit import triggers


def make_tables() -> None:
    """Tables made from the models, and the log's triggers; every migration is noted as done."""
    kept = settings.MIGRATION_MODULES
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    try:
        call_command("migrate", run_syncdb=True, verbosity=0)
    finally:
        settings.MIGRATION_MODULES = kept
    triggers.install(connection)
    recorder = MigrationRecorder(connection)
    for app, name in MigrationLoader(connection).disk_migrations:
        recorder.record_applied(app, name)


def make_new_file() -> None:
    """An SQLite database of its own, in place once it is whole: one that was begun is made anew."""
    path = Path(connection.settings_dict["NAME"])
    begun = path.with_suffix(".new")
    for left in path.parent.glob(f"{begun.name}*"):
        left.unlink()
    connection.close()
    connection.settings_dict["NAME"] = str(begun)
    try:
        make_tables()
    finally:
        connection.close()  # which empties the write-ahead log into the file
        connection.settings_dict["NAME"] = str(path)
    begun.rename(path)
