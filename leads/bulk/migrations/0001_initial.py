import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('funnel', '0001_initial'),
        ('jobs', '0001_initial'),
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(choices=[('assign', 'Assign'), ('stage', 'Move to a stage'), ('tag', 'Tag'), ('untag', 'Take a tag off')], max_length=8)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField()),
                ('owner', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('stage', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='funnel.stage')),
                ('tag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='leads.tag')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('filters', models.CharField(blank=True, max_length=2000)),
                ('state', models.CharField(choices=[('working', 'Working'), ('done', 'Done'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='working', max_length=8)),
                ('total', models.PositiveIntegerField()),
                ('changed', models.PositiveIntegerField(default=0)),
                ('put_back', models.PositiveIntegerField(default=0)),
                ('undone_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undone_at', models.DateTimeField(null=True)),
                ('job', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('form_token', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'ordering': ['-made_at', '-pk'],
                'indexes': [models.Index(fields=['by', '-made_at', '-id'], name='bulk_acts_of'), models.Index(fields=['-made_at', '-id'], name='bulk_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='bulk_one_act_a_form')],
            },
        ),
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='bulk.bulkact')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('changed', 'Changed'), ('left', 'Left as it was'), ('back', 'Put back'), ('kept', 'Not put back')], default='waiting', max_length=7)),
                ('before', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=0)),
                ('at', models.DateTimeField(null=True)),
                ('why', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['act', 'state', 'lead'], name='bulk_changes_in_state')],
                'constraints': [models.UniqueConstraint(fields=('act', 'lead'), name='bulk_each_lead_once')],
            },
        ),
    ]
