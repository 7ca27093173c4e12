import django.db.models.deletion
import organisation.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organisation', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='kod')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=80, verbose_name='namn')),
                ('kind', models.CharField(choices=[('personal_care', 'Omvårdnad'), ('domestic', 'Service'), ('social_company', 'Social samvaro'), ('escort', 'Ledsagning'), ('respite', 'Avlösning'), ('personal_alarm', 'Trygghetslarm'), ('meal_delivery', 'Matdistribution'), ('nursing', 'Hälso- och sjukvård'), ('surrounding', 'Kringtid')], max_length=16, verbose_name='slag')),
                ('hands_over', models.BooleanField(default=False, verbose_name='lämnas över vid besök')),
                ('is_offered', models.BooleanField(default=True, verbose_name='går att välja')),
            ],
            options={
                'ordering': ['kind', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('identity_number', organisation.encryption.EncryptedTextField(blank=True, verbose_name='personnummer')),
                ('identity_index', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('reserve_number', organisation.encryption.EncryptedTextField(blank=True, verbose_name='reservnummer')),
                ('reserve_index', models.CharField(db_index=True, editable=False, max_length=64, null=True)),
                ('reserve_system', models.CharField(blank=True, max_length=80, verbose_name='utfärdat av')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=120, verbose_name='namn')),
                ('has_protected_identity', models.BooleanField(default=False, verbose_name='skyddade personuppgifter')),
                ('address', models.CharField(blank=True, db_collation='"sv-x-icu"', max_length=160, verbose_name='adress')),
                ('latitude', models.FloatField(blank=True, null=True, verbose_name='latitud')),
                ('longitude', models.FloatField(blank=True, null=True, verbose_name='longitud')),
                ('entry', models.CharField(blank=True, max_length=160, verbose_name='väg in')),
                ('key_number', models.CharField(blank=True, max_length=20, verbose_name='nyckelnummer')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telefon')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='organisation.unit', verbose_name='planeras av')),
                ('provider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisation.provider', verbose_name='utförare')),
                ('is_surrounding', models.BooleanField(default=False, verbose_name='kringtid')),
                ('is_dormant', models.BooleanField(default=False, verbose_name='vilande')),
                ('active_from', models.DateField(verbose_name='aktiv från')),
                ('active_to', models.DateField(blank=True, null=True, verbose_name='aktiv till')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('active_to', None), ('active_to__gte', models.F('active_from')), _connector='OR'), name='client_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('latitude', None), ('longitude', None)), models.Q(('latitude__isnull', False), ('longitude__isnull', False)), _connector='OR'), name='client_has_both_coordinates_or_none'), models.UniqueConstraint(fields=('reserve_index', 'reserve_system'), name='one_client_per_reserve_number_and_system')],
            },
        ),
        migrations.CreateModel(
            name='ClientIdentity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='identities', to='clients.client')),
                ('identity_number', organisation.encryption.EncryptedTextField(verbose_name='personnummer')),
                ('identity_index', models.CharField(editable=False, max_length=64)),
                ('system', models.CharField(blank=True, max_length=80, verbose_name='utfärdat av')),
                ('replaced_on', models.DateField(verbose_name='ersatt')),
            ],
            options={
                'ordering': ['pk'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(fields=('identity_index', 'system'), name='one_client_per_number_they_had')],
            },
        ),
        migrations.CreateModel(
            name='CareDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='clients.client')),
                ('reference', models.CharField(blank=True, max_length=40, verbose_name='beslut i Viva')),
                ('legal_basis', models.CharField(choices=[('sol_11_1', 'SoL 11 kap. 1 §, efter prövning'), ('sol_11_4', 'SoL 11 kap. 4 §'), ('sol_11_5', 'SoL 11 kap. 5 §, utan prövning'), ('lss', 'LSS'), ('hsl', 'HSL, hälso- och sjukvård')], max_length=10, verbose_name='lagrum')),
                ('decided_on', models.DateField(verbose_name='beslutat')),
                ('decided_by', models.CharField(max_length=120, verbose_name='beslutat av')),
                ('valid_from', models.DateField(verbose_name='gäller från')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='gäller till')),
            ],
            options={
                'ordering': ['pk'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='care_decision_ends_after_it_starts')],
            },
        ),
        migrations.CreateModel(
            name='ServiceOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='orders', to='clients.client')),
                ('decision', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='clients.caredecision', verbose_name='beslut')),
                ('legal_basis', models.CharField(choices=[('sol_11_1', 'SoL 11 kap. 1 §, efter prövning'), ('sol_11_4', 'SoL 11 kap. 4 §'), ('sol_11_5', 'SoL 11 kap. 5 §, utan prövning'), ('lss', 'LSS'), ('hsl', 'HSL, hälso- och sjukvård')], max_length=10, verbose_name='lagrum')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='clients.service', verbose_name='insats')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.provider', verbose_name='utförare')),
                ('times', models.PositiveSmallIntegerField(verbose_name='antal gånger')),
                ('per', models.CharField(choices=[('day', 'per dag'), ('week', 'per vecka'), ('two_weeks', 'varannan vecka'), ('three_weeks', 'var tredje vecka'), ('four_weeks', 'var fjärde vecka')], max_length=12, verbose_name='hur ofta')),
                ('minutes', models.PositiveSmallIntegerField(verbose_name='minuter per gång')),
                ('staff_needed', models.PositiveSmallIntegerField(default=1, verbose_name='personal per gång')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='att tänka på')),
                ('replaces', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='clients.serviceorder')),
                ('read_on', models.DateField(editable=False, null=True, verbose_name='inläst')),
                ('read_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['service__kind', 'service__name', 'valid_from', 'pk'],
                'indexes': [models.Index(fields=['client', 'valid_from'], name='clients_ser_client__c00502_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='serviceorder_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.'), models.CheckConstraint(condition=models.Q(('decision__isnull', False), ('legal_basis__in', ['hsl', 'sol_11_5']), _connector='OR'), name='service_order_has_a_decision_where_the_law_asks'), models.CheckConstraint(condition=models.Q(('minutes__gte', 1), ('staff_needed__gte', 1), ('times__gte', 1)), name='service_order_asks_for_something')],
            },
        ),
    ]
