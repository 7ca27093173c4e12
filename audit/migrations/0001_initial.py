import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('length', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(default='', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Showing',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('count', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='DemoDate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days_ahead', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Shown',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('showing', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shown', to='audit.showing')),
                ('person', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('person', 'showing'), name='shown_once_in_a_showing')],
            },
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='audit.chain')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('change', 'Ändring'), ('read', 'Läsning'), ('refusal', 'Nekat')], max_length=8)),
                ('name', models.CharField(max_length=80)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('object_type', models.CharField(max_length=60)),
                ('object_id', models.CharField(max_length=40)),
                ('fields', models.JSONField(default=list)),
                ('values_hash', models.CharField(max_length=64)),
                ('previous_hash', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64)),
                ('personal', models.BooleanField(default=False)),
                ('showing', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='audit.showing')),
            ],
            options={
                'indexes': [models.Index(fields=['object_type', 'object_id', '-at'], name='events_of_object'), models.Index(fields=['actor', '-at'], name='events_of_actor'), models.Index(condition=models.Q(('personal', True)), fields=['-at'], name='personal_reads_by_time')],
                'constraints': [models.UniqueConstraint(fields=('chain', 'seq'), name='one_event_per_place_in_chain')],
            },
        ),
        migrations.CreateModel(
            name='EventValues',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='values', serialize=False, to='audit.event')),
                ('salt', models.CharField(max_length=32)),
                ('values', models.JSONField()),
            ],
        ),
    ]
