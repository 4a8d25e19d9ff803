import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # They came before the first release, and are told here in one piece because each step of a
    # migration costs every set-up and every run of the tests.
    replaces = [
        ('intake', '0002_what_an_import_made'),
        ('intake', '0003_rows_know_their_record'),
    ]

    dependencies = [
        ('accounts', '0001_initial'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Mapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True)),
                ('kind', models.CharField(default='leads', max_length=20)),
                ('columns_key', models.CharField(db_index=True, help_text='Digest of the column names.', max_length=64)),
                ('mapping', models.JSONField()),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Import',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(default='leads', max_length=20)),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('uploaded', 'Waiting for its mapping'), ('checking', 'Being checked'), ('checked', 'Checked, nothing brought in yet'), ('running', 'Running'), ('done', 'Done'), ('cancelled', 'Cancelled'), ('failed', 'Failed'), ('undoing', 'Being undone'), ('undone', 'Undone')], default='reading', max_length=10)),
                ('file', models.FileField(upload_to='imports/')),
                ('table', models.FileField(blank=True, help_text='The sheet of a workbook as CSV.', upload_to='imports/')),
                ('filename', models.CharField(max_length=200)),
                ('digest', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('dialect', models.JSONField(default=dict)),
                ('profile', models.JSONField(default=dict)),
                ('mapping', models.JSONField(default=dict)),
                ('uploaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('form_token', models.CharField(blank=True, max_length=40)),
                ('position', models.PositiveIntegerField(default=0)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('created', models.PositiveIntegerField(default=0)),
                ('updated', models.PositiveIntegerField(default=0)),
                ('unchanged', models.PositiveIntegerField(default=0)),
                ('duplicates', models.PositiveIntegerField(default=0)),
                ('rejected', models.PositiveIntegerField(default=0)),
                ('undone', models.JSONField(blank=True, default=dict, help_text='How many were deleted, put back, kept by an undo.')),
                ('attributes_made', models.JSONField(blank=True, default=list, help_text="Names of the fields of one's own that it brought.")),
                ('message', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('moved_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['digest'], name='intake_same_file')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='intake_one_a_form')],
            },
        ),
        migrations.CreateModel(
            name='ImportBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batches', to='intake.import')),
                ('position', models.PositiveIntegerField(help_text='Rows of the file before it.')),
                ('made', models.JSONField(default=list, help_text='Records: first and last key of each range.')),
                ('companies', models.JSONField(default=list, help_text='Companies that rows named, likewise.')),
                ('waiting', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['position'],
                'constraints': [models.UniqueConstraint(fields=('run', 'position'), name='intake_one_batch_a_position')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='outcomes', to='intake.import')),
                ('line', models.PositiveIntegerField()),
                ('outcome', models.CharField(choices=[('created', 'Created'), ('updated', 'Updated'), ('unchanged', 'Unchanged'), ('duplicate', 'Duplicate of an earlier row'), ('rejected', 'Rejected')], max_length=10)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('cells', models.JSONField(default=list)),
                ('before', models.JSONField(default=dict)),
                ('after', models.JSONField(default=dict)),
                ('record_id', models.BigIntegerField(help_text="The record of the import's kind that it changed.", null=True)),
            ],
            options={
                'ordering': ['line'],
                'indexes': [models.Index(condition=models.Q(('outcome__in', ['duplicate', 'rejected'])), fields=['run', 'line'], name='intake_refused_rows'), models.Index(condition=models.Q(('record_id', None), _negated=True), fields=['record_id'], name='intake_rows_of_record')],
                'constraints': [models.UniqueConstraint(fields=('run', 'line'), name='intake_one_row_a_line')],
            },
        ),
        migrations.CreateModel(
            name='Leftover',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='left', to='intake.import')),
                ('record_type', models.CharField(max_length=60)),
                ('record_id', models.BigIntegerField()),
                ('name', models.CharField(blank=True, max_length=300)),
                ('reason', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('run', 'record_type', 'record_id'), name='intake_kept_once')],
            },
        ),
    ]
