import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PersonRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('export', 'Copy of the data'), ('erasure', 'Erasure')], max_length=8)),
                ('state', models.CharField(choices=[('open', 'Open'), ('running', 'Being done'), ('done', 'Done'), ('failed', 'Failed'), ('withdrawn', 'Withdrawn')], default='open', max_length=9)),
                ('email', models.CharField(blank=True, max_length=254, verbose_name='e-mail of the person')),
                ('reason', models.CharField(max_length=300)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('run_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('result', models.JSONField(blank=True, default=dict, help_text='Rows by where they were.')),
                ('message', models.CharField(blank=True, max_length=300)),
                ('file', models.FileField(blank=True, upload_to='privacy/')),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='privacy_one_a_form')],
            },
        ),
        migrations.CreateModel(
            name='RetentionRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('lost_leads', 'Lost leads without activity: erase the person'), ('unknown_touches', 'Touchpoints of unknown visitors: delete'), ('import_files', 'Files of ended imports and their rows: delete'), ('exports', 'Copies made for people who asked: delete the file'), ('answers', 'Stored answers of the API: delete'), ('deliveries', 'What webhooks delivered: empty it')], max_length=20, unique=True)),
                ('days', models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='after days')),
                ('is_active', models.BooleanField(default=False, verbose_name='in force')),
                ('last_run_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_count', models.PositiveIntegerField(default=0, editable=False)),
            ],
            options={
                'ordering': ['what'],
            },
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('digest', models.CharField(max_length=64)),
                ('request', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='tombstones', to='privacy.personrequest')),
                ('buried_at', models.DateTimeField()),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('lifted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lifted_because', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('kind', 'digest'), name='privacy_buried_once')],
            },
        ),
    ]
