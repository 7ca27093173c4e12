"""The database itself refuses changes to the event log (CAP-06)."""

from django.db import migrations

from audit import triggers


def put_in_place(apps, schema_editor):
    triggers.install(schema_editor.connection)


def take_away(apps, schema_editor):
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunPython(put_in_place, take_away)]
