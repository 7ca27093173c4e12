"""An application for correction also has the day the municipality was told of it."""

from django.db import migrations, models


def told_the_day_it_was_filed(apps, schema_editor):
    """What was registered before is taken as told the same day."""
    rows = apps.get_model("procurement", "CorrectionCase").objects
    rows.filter(told_on=None).update(told_on=models.F("filed_on"))


class Migration(migrations.Migration):
    dependencies = [("procurement", "0002_review_outcome")]

    operations = [
        migrations.AddField("correctioncase", "told_on", models.DateField(null=True)),
        migrations.RunPython(told_the_day_it_was_filed, migrations.RunPython.noop),
        migrations.AlterField("correctioncase", "told_on", models.DateField()),
        migrations.AddConstraint(
            "correctioncase",
            models.CheckConstraint(
                condition=models.Q(told_on__gte=models.F("filed_on")),
                name="the_municipality_is_told_after_the_filing",
            ),
        ),
    ]
