"""Calendar addresses are kept as hashes: those in use go on working. Temporary passwords are known."""

import hashlib

from django.db import migrations, models


def hash_the_keys(apps, schema_editor):
    """Keep of each key what it is recognised by."""
    users = apps.get_model("organisation", "User").objects
    for user in users.exclude(calendar_key_hash=""):
        user.calendar_key_hash = hashlib.sha256(user.calendar_key_hash.encode()).hexdigest()
        user.save(update_fields=["calendar_key_hash"])


class Migration(migrations.Migration):
    dependencies = [("organisation", "0001_initial")]

    operations = [
        migrations.RenameField("user", "calendar_key", "calendar_key_hash"),
        migrations.AlterField(
            "user", "calendar_key_hash", models.CharField(blank=True, db_index=True, max_length=64)
        ),
        migrations.RunPython(hash_the_keys, migrations.RunPython.noop),
        migrations.AddField("user", "must_change_password", models.BooleanField(default=False)),
    ]
