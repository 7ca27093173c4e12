"""The base plan and its visits get the names that the glossary gives them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def _say(word, instead_of):
    def change(apps, schema_editor):
        visits = apps.get_model('planning', 'Visit').objects
        visits.filter(origin=instead_of).update(origin=word)

    return change


class Migration(migrations.Migration):
    dependencies = [
        ('clients', '0001_initial'),
        ('planning', '0001_initial'),
    ]

    operations = [
        migrations.RemoveConstraint('visittemplate', 'visittemplate_ends_after_it_starts'),
        migrations.RemoveConstraint('visittemplate', 'template_has_one_to_six_weeks'),
        migrations.RemoveConstraint('visittemplate', 'one_template_per_client_and_first_day'),
        migrations.RemoveConstraint('templatevisit', 'template_visit_fits_its_window'),
        migrations.RemoveConstraint('templatevisit', 'a_slot_once_a_day_of_a_template'),
        migrations.RemoveConstraint('templatevisit', 'template_visit_lag_is_in_order'),
        migrations.RemoveConstraint('visit', 'a_template_visit_is_made_once_a_day'),
        migrations.RenameModel('VisitTemplate', 'BasePlan'),
        migrations.RenameModel('TemplateVisit', 'BaseVisit'),
        migrations.RenameField('basevisit', 'template', 'base_plan'),
        migrations.AlterField(
            'baseplan', 'client',
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='base_plans', to='clients.client'),
        ),
        migrations.AlterField(
            'basevisit', 'serves',
            models.ManyToManyField(blank=True, related_name='served_by_base_visits', to='clients.client'),
        ),
        migrations.AlterField(
            'visit', 'origin',
            models.CharField(choices=[('base_plan', 'Grundplanering'), ('extra', 'Extra besök'), ('by_hand', 'Inlagt för hand')], default='base_plan', max_length=10),
        ),
        migrations.AddConstraint('baseplan', models.CheckConstraint(
            condition=Q(valid_to=None) | Q(valid_to__gte=F('valid_from')),
            name='baseplan_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.',
        )),
        migrations.AddConstraint('baseplan', models.CheckConstraint(
            condition=Q(weeks__gte=1, weeks__lte=6), name='base_plan_has_one_to_six_weeks',
        )),
        migrations.AddConstraint('baseplan', models.UniqueConstraint(
            condition=Q(is_draft=False), fields=('client', 'valid_from'), name='one_base_plan_per_client_and_first_day',
        )),
        migrations.AddConstraint('basevisit', models.CheckConstraint(
            condition=Q(
                earliest__gte=-720, earliest__lte=F('start'), latest_end__gte=F('start') + F('minutes'), latest_end__lte=2160,
                minutes__gte=1, priority__gte=1, priority__lte=3, staff_needed__gte=1, staff_needed__lte=4, start__lt=1440,
                weekday__lte=6,
            ),
            name='base_visit_fits_its_window',
        )),
        migrations.AddConstraint('basevisit', models.UniqueConstraint(
            fields=('base_plan', 'week', 'weekday', 'slot'), name='a_slot_once_a_day_of_a_base_plan',
        )),
        migrations.AddConstraint('basevisit', models.CheckConstraint(
            condition=Q(lag_min=None) | Q(lag_max=None) | Q(lag_max__gte=F('lag_min')), name='base_visit_lag_is_in_order',
        )),
        migrations.AddConstraint('visit', models.UniqueConstraint(
            fields=('plan', 'client', 'slot'), name='a_base_visit_is_made_once_a_day',
        )),
        migrations.RunPython(_say('base_plan', 'template'), _say('template', 'base_plan')),
    ]
