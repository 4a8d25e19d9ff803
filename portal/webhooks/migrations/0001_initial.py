import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Hook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('system', models.CharField(help_text='External ids of touchpoints are unique within it, such as “mailer”.', max_length=60, verbose_name='source system')),
                ('prefix', models.CharField(editable=False, max_length=20)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('old_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('old_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('secret', models.TextField(blank=True, editable=False)),
                ('campaign', models.ForeignKey(blank=True, help_text='For events that name none.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='campaigns.campaign', verbose_name='default campaign')),
                ('source', models.CharField(blank=True, help_text='For new leads that name none. Empty: the first tracked touch says it.', max_length=120, verbose_name='default source')),
                ('is_active', models.BooleanField(default=True)),
                ('acts_for', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('rotated_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('per_minute', models.PositiveIntegerField(default=20000, help_text='More are refused with 429 until the next minute.', verbose_name='events a minute')),
                ('minute', models.PositiveBigIntegerField(default=0, editable=False)),
                ('counted', models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                'ordering': ['name'],
                'indexes': [models.Index(condition=models.Q(('old_digest', ''), _negated=True), fields=['old_digest'], name='webhooks_old_tokens')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('hook', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='webhooks.hook')),
                ('event_id', models.CharField(max_length=200)),
                ('kind', models.CharField(choices=[('lead', 'Lead'), ('touchpoint', 'Touchpoint')], max_length=10)),
                ('data', models.JSONField(default=dict)),
                ('keeps_data', models.BooleanField(default=True)),
                ('happened_at', models.DateTimeField(blank=True, null=True)),
                ('fingerprint', models.CharField(max_length=32)),
                ('state', models.CharField(choices=[('new', 'To be applied'), ('waiting', 'Waits for its lead'), ('applied', 'Applied'), ('failed', 'Failed'), ('lapsed', 'Lapsed')], default='new', max_length=8)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('differed_at', models.DateTimeField(blank=True, null=True)),
                ('waiting_since', models.DateTimeField(blank=True, null=True)),
                ('lead_external_id', models.CharField(blank=True, max_length=120)),
                ('lead_email_key', models.CharField(blank=True, max_length=254)),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.lead')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-pk'],
                'indexes': [models.Index(condition=models.Q(('state', 'new')), fields=['id'], name='webhooks_to_apply'), models.Index(condition=models.Q(('state', 'waiting')), fields=['waiting_since'], name='webhooks_waiting'), models.Index(condition=models.Q(('keeps_data', True), ('state', 'applied')), fields=['applied_at'], name='webhooks_to_forget'), models.Index(fields=['hook', 'state', '-id'], name='webhooks_of_hook')],
                'constraints': [models.UniqueConstraint(fields=('hook', 'event_id'), name='webhooks_event_once')],
            },
        ),
    ]
