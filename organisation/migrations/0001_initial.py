import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import organisation.encryption
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=120, verbose_name='namn')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='organisation.unit', verbose_name='ingår i')),
                ('path', models.CharField(db_index=True, editable=False, max_length=200)),
                ('practice_of', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='practice_units', to='organisation.unit')),
            ],
            options={
                'ordering': ['path'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='unit_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=120, verbose_name='namn')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-post')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telefon')),
                ('calendar_key_hash', models.CharField(blank=True, db_index=True, max_length=64)),
                ('must_change_password', models.BooleanField(default=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'ordering': ['name'],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='DelegationRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('code', models.SlugField(max_length=60, verbose_name='kod')),
                ('label', models.CharField(db_collation='"sv-x-icu"', max_length=160, verbose_name='beslut')),
                ('role', models.CharField(choices=[('director', 'Socialdirektör'), ('deputy-director', 'Biträdande socialdirektör'), ('development-strategist', 'Utvecklingsstrateg'), ('investigator-lawyer', 'Utredare/jurist'), ('section-head', 'Sektionschef Omsorg SoL'), ('first-social-worker', '1:e socialsekreterare'), ('social-worker', 'Socialsekreterare'), ('committee-secretary', 'Nämndsekreterare'), ('committee-chair', 'Nämndordförande'), ('controller', 'Controller'), ('fee-officer', 'Avgiftshandläggare'), ('chief-nurse', 'MAS'), ('nurse', 'Sjuksköterska'), ('planner', 'Planerare'), ('unit-manager', 'Enhetschef'), ('care-staff', 'Omsorgspersonal'), ('provider-manager', 'Verksamhetsansvarig hos utförare'), ('viva-administrator', 'Systemförvaltare Viva'), ('archivist', 'Arkivarie'), ('auditor', 'Granskare av loggar'), ('applicant', 'Företrädare för sökande företag'), ('registrar', 'Registrator'), ('procurement-officer', 'Upphandlare'), ('head-of-the-night-organisation', 'Enhetschef nattorganisation'), ('responsible-nurse', 'Ansvarig sjuksköterska'), ('mar', 'MAR'), ('hsa-officer', 'HSA-ansvarig'), ('alarm-officer', 'Ansvarig för trygghetslarm'), ('it-coordinator', 'IT-samordnare')], max_length=40, verbose_name='delegat')),
                ('paragraph', models.CharField(blank=True, max_length=40, verbose_name='punkt i delegationsordningen')),
            ],
            options={
                'ordering': ['paragraph', 'label'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='delegationrule_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.')],
            },
        ),
        migrations.CreateModel(
            name='Responsibility',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.CharField(choices=[('home_care', 'Kundval hemtjänst (LOV)'), ('residential', 'Särskilda boenden')], max_length=12)),
                ('order', models.PositiveSmallIntegerField(verbose_name='ordning')),
                ('area', models.CharField(max_length=200, verbose_name='område')),
                ('main_role', models.CharField(choices=[('director', 'Socialdirektör'), ('deputy-director', 'Biträdande socialdirektör'), ('development-strategist', 'Utvecklingsstrateg'), ('investigator-lawyer', 'Utredare/jurist'), ('section-head', 'Sektionschef Omsorg SoL'), ('first-social-worker', '1:e socialsekreterare'), ('social-worker', 'Socialsekreterare'), ('committee-secretary', 'Nämndsekreterare'), ('committee-chair', 'Nämndordförande'), ('controller', 'Controller'), ('fee-officer', 'Avgiftshandläggare'), ('chief-nurse', 'MAS'), ('nurse', 'Sjuksköterska'), ('planner', 'Planerare'), ('unit-manager', 'Enhetschef'), ('care-staff', 'Omsorgspersonal'), ('provider-manager', 'Verksamhetsansvarig hos utförare'), ('viva-administrator', 'Systemförvaltare Viva'), ('archivist', 'Arkivarie'), ('auditor', 'Granskare av loggar'), ('applicant', 'Företrädare för sökande företag'), ('registrar', 'Registrator'), ('procurement-officer', 'Upphandlare'), ('head-of-the-night-organisation', 'Enhetschef nattorganisation'), ('responsible-nurse', 'Ansvarig sjuksköterska'), ('mar', 'MAR'), ('hsa-officer', 'HSA-ansvarig'), ('alarm-officer', 'Ansvarig för trygghetslarm'), ('it-coordinator', 'IT-samordnare')], max_length=40, verbose_name='huvudansvarig')),
                ('substitute_role', models.CharField(choices=[('director', 'Socialdirektör'), ('deputy-director', 'Biträdande socialdirektör'), ('development-strategist', 'Utvecklingsstrateg'), ('investigator-lawyer', 'Utredare/jurist'), ('section-head', 'Sektionschef Omsorg SoL'), ('first-social-worker', '1:e socialsekreterare'), ('social-worker', 'Socialsekreterare'), ('committee-secretary', 'Nämndsekreterare'), ('committee-chair', 'Nämndordförande'), ('controller', 'Controller'), ('fee-officer', 'Avgiftshandläggare'), ('chief-nurse', 'MAS'), ('nurse', 'Sjuksköterska'), ('planner', 'Planerare'), ('unit-manager', 'Enhetschef'), ('care-staff', 'Omsorgspersonal'), ('provider-manager', 'Verksamhetsansvarig hos utförare'), ('viva-administrator', 'Systemförvaltare Viva'), ('archivist', 'Arkivarie'), ('auditor', 'Granskare av loggar'), ('applicant', 'Företrädare för sökande företag'), ('registrar', 'Registrator'), ('procurement-officer', 'Upphandlare'), ('head-of-the-night-organisation', 'Enhetschef nattorganisation'), ('responsible-nurse', 'Ansvarig sjuksköterska'), ('mar', 'MAR'), ('hsa-officer', 'HSA-ansvarig'), ('alarm-officer', 'Ansvarig för trygghetslarm'), ('it-coordinator', 'IT-samordnare')], default='director', max_length=40, verbose_name='ersättare')),
                ('co_responsible', models.CharField(blank=True, max_length=240, verbose_name='medansvarig')),
                ('interval', models.CharField(blank=True, choices=[('', '–'), ('after_approval', 'Snarast efter godkännande'), ('after_signing', 'Snarast efter avtalstecknande'), ('quarterly', 'Kvartalsvis'), ('half_yearly', 'Halvårsvis'), ('yearly', 'Årsvis'), ('yearly_and_at_need', 'En genomgång per år samt vid behov'), ('at_need', 'Vid behov')], max_length=20, verbose_name='tidpunkt')),
                ('duty', models.CharField(blank=True, choices=[('', 'Inget'), ('first_year', 'Avtalsuppföljning under avtalets första år'), ('follow_up', 'Avtalsuppföljning efter första året'), ('tax_control', 'Kontroll av skatter och kredit'), ('report_review', 'Granskning av berättelse och årsredovisning'), ('provider_meeting', 'Utförarträff'), ('specification_review', 'Genomgång av förfrågningsunderlaget'), ('decision_review', 'Uppföljning av enskilda biståndsbeslut')], help_text='Uppgiften läggs i årshjulet så ofta som tidpunkten säger.', max_length=24, verbose_name='ger årshjulet')),
                ('comment', models.CharField(blank=True, max_length=240, verbose_name='kommentar')),
            ],
            options={
                'ordering': ['table', 'order'],
                'constraints': [models.UniqueConstraint(fields=('table', 'area'), name='one_row_per_area_and_table')],
            },
        ),
        migrations.CreateModel(
            name='UnitCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='organisation.unit')),
                ('system', models.CharField(choices=[('finance', 'Ekonomisystem'), ('viva', 'Viva'), ('timecare', 'TimeCare'), ('platina', 'Platina')], max_length=20, verbose_name='system')),
                ('code', models.CharField(max_length=40, verbose_name='kod')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('system', 'code'), name='one_unit_per_code_in_a_system', violation_error_message='Koden används redan av en annan enhet i det systemet.')],
            },
        ),
        migrations.CreateModel(
            name='Provider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=160, verbose_name='namn')),
                ('kind', models.CharField(choices=[('company', 'Företag'), ('in_house', 'Egen regi')], default='company', max_length=10)),
                ('organisation_number', organisation.encryption.EncryptedTextField(blank=True, verbose_name='organisationsnummer')),
                ('organisation_number_index', models.CharField(max_length=64, null=True, unique=True)),
                ('address', models.CharField(blank=True, db_collation='"sv-x-icu"', max_length=200, verbose_name='postadress')),
                ('mail', models.EmailField(blank=True, max_length=254, verbose_name='e-post')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='telefon')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisation.unit')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Substitution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('substitute', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL, verbose_name='ersättare')),
                ('absent', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stood_in_for', to=settings.AUTH_USER_MODEL, verbose_name='för')),
                ('reason', models.CharField(blank=True, max_length=120, verbose_name='anledning')),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='substitution_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.'), models.CheckConstraint(condition=models.Q(('substitute', models.F('absent')), _negated=True), name='nobody_stands_in_for_themselves', violation_error_message='Välj en annan person som ersättare.')],
            },
        ),
        migrations.CreateModel(
            name='RoleAssignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='roles', to=settings.AUTH_USER_MODEL)),
                ('role', models.CharField(choices=[('director', 'Socialdirektör'), ('deputy-director', 'Biträdande socialdirektör'), ('development-strategist', 'Utvecklingsstrateg'), ('investigator-lawyer', 'Utredare/jurist'), ('section-head', 'Sektionschef Omsorg SoL'), ('first-social-worker', '1:e socialsekreterare'), ('social-worker', 'Socialsekreterare'), ('committee-secretary', 'Nämndsekreterare'), ('committee-chair', 'Nämndordförande'), ('controller', 'Controller'), ('fee-officer', 'Avgiftshandläggare'), ('chief-nurse', 'MAS'), ('nurse', 'Sjuksköterska'), ('planner', 'Planerare'), ('unit-manager', 'Enhetschef'), ('care-staff', 'Omsorgspersonal'), ('provider-manager', 'Verksamhetsansvarig hos utförare'), ('viva-administrator', 'Systemförvaltare Viva'), ('archivist', 'Arkivarie'), ('auditor', 'Granskare av loggar'), ('applicant', 'Företrädare för sökande företag'), ('registrar', 'Registrator'), ('procurement-officer', 'Upphandlare'), ('head-of-the-night-organisation', 'Enhetschef nattorganisation'), ('responsible-nurse', 'Ansvarig sjuksköterska'), ('mar', 'MAR'), ('hsa-officer', 'HSA-ansvarig'), ('alarm-officer', 'Ansvarig för trygghetslarm'), ('it-coordinator', 'IT-samordnare')], max_length=40, verbose_name='roll')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisation.unit', verbose_name='enhet')),
                ('provider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='organisation.provider', verbose_name='utförare')),
            ],
            options={
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='roleassignment_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.'), models.CheckConstraint(condition=models.Q(models.Q(('provider__isnull', False), ('role__in', ['applicant', 'provider-manager']), ('unit', None)), models.Q(models.Q(('role__in', ['applicant', 'provider-manager']), _negated=True), ('provider', None), ('unit__isnull', False)), _connector='OR'), name='role_is_held_in_a_unit_or_with_a_provider', violation_error_message='Rollen hör till en enhet, eller till en utförare om personen företräder ett företag.')],
            },
        ),
        migrations.CreateModel(
            name='Representation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='representations', to=settings.AUTH_USER_MODEL)),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='representations', to='organisation.provider')),
                ('claimed_name', models.CharField(max_length=160, verbose_name='företagets namn')),
                ('title', models.CharField(db_collation='"sv-x-icu"', max_length=80, verbose_name='befattning')),
                ('basis', models.CharField(choices=[('signatory', 'Firmatecknare'), ('power_of_attorney', 'Fullmakt')], max_length=20, verbose_name='behörighet')),
                ('registered_at', models.DateTimeField()),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('approved_on', models.DateField(blank=True, null=True)),
                ('ended_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'provider'), name='one_representation_per_person_and_company')],
            },
        ),
    ]
