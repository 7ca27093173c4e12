"""The benches' database."""

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from audit import triggers


def make_tables() -> None:
    """Tables made from the models, which is quicker than by the migrations, and the log's triggers."""
    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    triggers.install(connection)
