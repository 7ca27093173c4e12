import cases.models.document
import django.db.models.deletion
import django_fsm
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('axes', '0010_accessattemptexpiration'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('django_celery_beat', '0019_alter_periodictasks_options'),
        ('guardian', '0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('organisation', '0001_initial'),
        ('sessions', '0001_initial'),
        ('socialaccount', '0006_alter_socialaccount_extra_data'),
        ('viewflow', '0015_task_scheduled'),
    ]

    operations = [
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(editable=False, max_length=20)),
                ('number', models.CharField(max_length=20, null=True, unique=True, verbose_name='ärendenummer')),
                ('registry_no', models.CharField(blank=True, max_length=30, verbose_name='diarienummer')),
                ('title', models.CharField(db_collation='"sv-x-icu"', max_length=200)),
                ('state', django_fsm.FSMField(db_index=True, default='draft', max_length=30, protected=True)),
                ('state_since', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='organisation.unit')),
                ('provider', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='organisation.provider')),
                ('responsible', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responsible_for', to=settings.AUTH_USER_MODEL, verbose_name='handläggare')),
                ('opened_at', models.DateTimeField()),
                ('closed_on', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'state'], name='case_by_kind_and_state'), models.Index(condition=models.Q(('closed_on', None)), fields=['unit', 'kind', 'state'], name='open_case_by_unit'), models.Index(condition=models.Q(('closed_on', None)), fields=['responsible'], name='open_by_person')],
            },
        ),
        migrations.CreateModel(
            name='CaseNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=10)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('prefix', 'year'), name='one_counter_per_kind_and_year')],
            },
        ),
        migrations.CreateModel(
            name='SavedFilter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='saved_filters', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=60, verbose_name='namn')),
                ('query', models.CharField(max_length=400)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('user', 'name'), name='one_filter_per_name_and_person')],
            },
        ),
        migrations.CreateModel(
            name='Setting',
            fields=[
                ('key', models.SlugField(max_length=60, primary_key=True, serialize=False)),
                ('value', models.JSONField()),
            ],
        ),
        migrations.CreateModel(
            name='CommitteeMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField(verbose_name='från och med')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='till och med')),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=120, verbose_name='namn')),
                ('seat', models.CharField(default='Ledamot', max_length=60, verbose_name='uppdrag')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_to', None), ('valid_to__gte', models.F('valid_from')), _connector='OR'), name='committeemember_ends_after_it_starts', violation_error_message='Slutdagen måste vara startdagen eller senare.')],
            },
        ),
        migrations.CreateModel(
            name='CommitteeMeeting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(unique=True, verbose_name='sammanträdesdag')),
                ('documents_due', models.DateField(verbose_name='manusstopp')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='plats')),
                ('minutes_adjusted_on', models.DateField(blank=True, null=True, verbose_name='protokollet justerat')),
                ('packet_frozen_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['held_on'],
                'constraints': [models.CheckConstraint(condition=models.Q(('documents_due__lt', models.F('held_on'))), name='documents_are_due_before_the_meeting', violation_error_message='Manusstopp måste vara före sammanträdet.'), models.CheckConstraint(condition=models.Q(('minutes_adjusted_on', None), ('minutes_adjusted_on__gte', models.F('held_on')), _connector='OR'), name='minutes_are_adjusted_after_the_meeting', violation_error_message='Protokollet kan inte justeras före sammanträdet.')],
            },
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deadlines', to='cases.case')),
                ('rule', models.CharField(max_length=40)),
                ('label', models.CharField(db_collation='"sv-x-icu"', max_length=120)),
                ('what', models.CharField(blank=True, max_length=120)),
                ('source', models.CharField(max_length=120)),
                ('about', models.CharField(blank=True, max_length=60)),
                ('anchor', models.DateField()),
                ('anchor_text', models.CharField(blank=True, max_length=160)),
                ('days', models.PositiveSmallIntegerField(default=0)),
                ('weeks', models.PositiveSmallIntegerField(default=0)),
                ('months', models.PositiveSmallIntegerField(default=0)),
                ('working_days', models.SmallIntegerField(default=0)),
                ('roll', models.BooleanField()),
                ('amber_days', models.PositiveSmallIntegerField(default=7)),
                ('due', models.DateField()),
                ('met_on', models.DateField(null=True)),
                ('met_text', models.CharField(blank=True, max_length=120)),
                ('cancelled_on', models.DateField(null=True)),
                ('next_rung_on', models.DateField(null=True)),
            ],
            options={
                'ordering': ['due', 'pk'],
                'indexes': [models.Index(condition=models.Q(('cancelled_on', None), ('met_on', None)), fields=['next_rung_on'], name='deadlines_to_sweep'), models.Index(condition=models.Q(('cancelled_on', None), ('met_on', None)), fields=['case', 'due'], name='running_deadlines_of_case')],
            },
        ),
        migrations.CreateModel(
            name='CaseProcess',
            fields=[
                ('process_ptr', models.OneToOneField(auto_created=True, on_delete=django.db.models.deletion.CASCADE, parent_link=True, primary_key=True, serialize=False, to='viewflow.process')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='process', to='cases.case')),
            ],
            options={
                'abstract': False,
            },
            bases=('viewflow.process',),
        ),
        migrations.CreateModel(
            name='CaseUserObjectPermission',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('permission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
                ('content_object', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='cases.case')),
            ],
            options={
                'unique_together': {('user', 'permission', 'content_object')},
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ConflictOfInterest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='cases.case')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(max_length=200, verbose_name='skäl')),
                ('declared_on', models.DateField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'user'), name='one_declared_conflict_per_case')],
            },
        ),
        migrations.CreateModel(
            name='PerformedKey',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('command', models.CharField(max_length=80)),
                ('version', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='cases.case')),
                ('kind', models.CharField(max_length=30)),
                ('title', models.CharField(db_collation='"sv-x-icu"', max_length=200)),
                ('version', models.PositiveSmallIntegerField(default=1)),
                ('facts', models.JSONField()),
                ('template_hash', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('locked_at', models.DateTimeField(null=True)),
                ('file', models.FileField(blank=True, storage=cases.models.document.private_files, upload_to=cases.models.document.random_name)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('archive_file', models.FileField(blank=True, storage=cases.models.document.private_files, upload_to=cases.models.document.random_name)),
                ('archive_sha256', models.CharField(blank=True, max_length=64)),
                ('shown_to_company', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'constraints': [models.UniqueConstraint(fields=('case', 'kind', 'version'), name='one_document_per_kind_and_version')],
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='cases.case')),
                ('requirement', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(db_collation='"sv-x-icu"', max_length=160, verbose_name='filnamn')),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('file', models.FileField(storage=cases.models.document.private_files, upload_to=cases.models.document.random_name)),
                ('issued_on', models.DateField(blank=True, null=True, verbose_name='utfärdad')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='gäller till')),
                ('secrecy', models.CharField(blank=True, choices=[('', 'Ingen markering'), ('31:16', 'Affärs- eller driftförhållanden (OSL 31:16)'), ('26:1', 'Personliga förhållanden (OSL 26:1)')], max_length=8, verbose_name='sekretess')),
                ('scan', models.CharField(choices=[('none', 'Inte genomsökt (ingen sökning är inställd)'), ('waiting', 'Väntar på virussökning'), ('clean', 'Genomsökt'), ('infected', 'Skadlig kod funnen')], default='none', max_length=8)),
                ('received_at', models.DateTimeField()),
                ('received_from', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_on', models.DateField(null=True)),
            ],
            options={
                'ordering': ['received_at'],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notifications', to='cases.case')),
                ('text', models.CharField(max_length=240)),
                ('leads_to', models.CharField(blank=True, max_length=200)),
                ('urgent', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='unread_by_person')],
            },
        ),
        migrations.CreateModel(
            name='OutgoingMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('to', models.EmailField(max_length=254)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('subject', models.CharField(max_length=160)),
                ('body', models.TextField()),
                ('status', models.CharField(choices=[('queued', 'I kö'), ('sent', 'Skickat'), ('shown', 'Visas här (demoläge)'), ('failed', 'Misslyckat'), ('bounced', 'Studsat')], default='queued', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('last_error', models.CharField(blank=True, max_length=240)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(condition=models.Q(('status', 'queued')), fields=['next_try_at'], name='mail_to_send')],
            },
        ),
        migrations.CreateModel(
            name='DeadlineSuspension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='suspensions', to='cases.deadline')),
                ('start', models.DateField()),
                ('end', models.DateField(null=True)),
                ('reason', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ['start'],
                'constraints': [models.CheckConstraint(condition=models.Q(('end', None), ('end__gte', models.F('start')), _connector='OR'), name='suspension_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('end', None)), fields=('deadline',), name='one_open_suspension_per_deadline')],
            },
        ),
        migrations.CreateModel(
            name='DeadlineExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='cases.deadline')),
                ('days', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(max_length=200)),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField()),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days__gte', 1), ('days__lte', 60)), name='extension_is_one_to_sixty_days')],
            },
        ),
        migrations.CreateModel(
            name='FiredRung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fired', to='cases.deadline')),
                ('rung', models.CharField(max_length=20)),
                ('due', models.DateField()),
                ('fired_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('deadline', 'rung', 'due'), name='each_rung_fires_once_per_due_date')],
            },
        ),
        migrations.CreateModel(
            name='AgendaItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('meeting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='cases.committeemeeting')),
                ('order', models.PositiveSmallIntegerField()),
                ('title', models.CharField(db_collation='"sv-x-icu"', max_length=200, verbose_name='rubrik')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agenda_items', to='cases.case')),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.document')),
                ('added_at', models.DateTimeField()),
                ('is_late', models.BooleanField(default=False)),
                ('withdrawn_on', models.DateField(null=True)),
                ('decided_on', models.DateField(null=True)),
            ],
            options={
                'ordering': ['order', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('decided_on', None), ('withdrawn_on', None)), fields=('case',), name='a_case_stands_on_one_agenda_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='JournalNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='cases.case')),
                ('kind', models.CharField(choices=[('working', 'Arbetsanteckning'), ('official', 'Tjänsteanteckning'), ('message', 'Meddelande')], max_length=8)),
                ('text', models.TextField()),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('on_behalf_of', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_at', models.DateTimeField()),
                ('document', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='cases.document')),
                ('registered_on', models.DateField(null=True)),
                ('registered_as', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ['-written_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MemberConflict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conflicts', to='cases.agendaitem')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.committeemember')),
                ('reason', models.CharField(max_length=200, verbose_name='skäl')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('item', 'member'), name='one_conflict_per_member_and_item')],
            },
        ),
    ]
