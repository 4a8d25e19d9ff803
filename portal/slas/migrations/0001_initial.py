import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('documents', '0001_initial'),
        ('topics', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Calendar',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('time_zone', models.CharField(default='UTC', max_length=64)),
                ('hours', models.JSONField(default=dict)),
                ('country', models.CharField(blank=True, help_text='Public holidays of this country count as closed.', max_length=2)),
                ('subdivision', models.CharField(blank=True, help_text='Its code, for example BY or CA.', max_length=10, verbose_name='state or region')),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Sla',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='topics.topic')),
                ('title', models.CharField(max_length=160, verbose_name='name')),
                ('slug', models.SlugField(editable=False, max_length=80, unique=True)),
                ('document', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='documents.document')),
            ],
            options={
                'verbose_name': 'SLA',
                'ordering': ['title', 'pk'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='slas.calendar')),
                ('on', models.DateField()),
                ('name', models.CharField(max_length=80)),
            ],
            options={
                'ordering': ['on'],
                'constraints': [models.UniqueConstraint(fields=('calendar', 'on'), name='slas_one_holiday_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sla', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='commitments', to='slas.sla')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('kind', models.CharField(choices=[('first_contact', 'First contact with an assigned lead (business hours)'), ('handoff_answer', 'Accept or reject a handoff (business hours)'), ('feedback_answer', 'First answer to feedback (business hours)'), ('volume', 'Qualified leads a month (number)'), ('acceptance', 'Share of handoffs accepted (percent)'), ('completeness', 'Share of leads with the required data (percent)'), ('attempts', 'Tries to reach a lead (number)'), ('event_follow_up', 'Follow-up after an event (business hours)')], max_length=40)),
                ('department', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('leadership', 'Leadership'), ('operations', 'Operations')], help_text='Who owes it.', max_length=20)),
                ('target', models.DecimalField(decimal_places=2, max_digits=12)),
                ('warn_percent', models.PositiveSmallIntegerField()),
                ('calendar', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='slas.calendar')),
                ('position', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['sla', 'position'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'department'), name='slas_promised_once')],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('commitment', models.CharField(choices=[('first_contact', 'First contact with an assigned lead (business hours)'), ('handoff_answer', 'Accept or reject a handoff (business hours)'), ('feedback_answer', 'First answer to feedback (business hours)'), ('volume', 'Qualified leads a month (number)'), ('acceptance', 'Share of handoffs accepted (percent)'), ('completeness', 'Share of leads with the required data (percent)'), ('attempts', 'Tries to reach a lead (number)'), ('event_follow_up', 'Follow-up after an event (business hours)')], max_length=40)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clocks', to='slas.calendar')),
                ('department', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('leadership', 'Leadership'), ('operations', 'Operations')], help_text='Who owes the answer.', max_length=20)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('title', models.CharField(max_length=200)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('target_minutes', models.PositiveIntegerField()),
                ('warn_percent', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField()),
                ('warn_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('escalate_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('warned_at', models.DateTimeField(blank=True, null=True)),
                ('breached_at', models.DateTimeField(blank=True, null=True)),
                ('escalated_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['due_at', 'pk'],
                'indexes': [models.Index(condition=models.Q(('breached_at', None), ('stopped_at', None), ('warned_at', None)), fields=['warn_at'], name='slas_to_warn'), models.Index(condition=models.Q(('breached_at', None), ('stopped_at', None)), fields=['due_at'], name='slas_to_breach'), models.Index(condition=models.Q(('escalated_at', None), ('stopped_at', None)), fields=['escalate_at'], name='slas_to_escalate'), models.Index(fields=['commitment', 'department', 'started_at'], name='slas_adherence')],
                'constraints': [models.CheckConstraint(condition=models.Q(('due_at__gte', models.F('started_at'))), name='slas_due_after_the_start')],
            },
        ),
    ]
