import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(editable=False, max_length=60)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('agreed', 'Agreed'), ('retired', 'Retired')], default='draft', max_length=12)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to=settings.AUTH_USER_MODEL)),
                ('in_force_since', models.DateTimeField(blank=True, null=True)),
                ('last_number', models.PositiveIntegerField(default=0)),
                ('review_on', models.DateField(blank=True, null=True)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('retired_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('retired_because', models.CharField(blank=True, max_length=300)),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
                ('watchers', models.ManyToManyField(blank=True, related_name='watched_documents', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'indexes': [models.Index(fields=['kind', 'status'], name='documents_of_kind'), models.Index(condition=models.Q(('retired_at', None)), fields=['review_on'], name='documents_to_review')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='documents_one_a_form')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='documents.document')),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField(default=dict)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='what changed')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('based_on', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('agreed', 'Agreed'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn'), ('merged', 'Merged into another draft')], default='draft', max_length=12)),
                ('version', models.PositiveIntegerField(default=1)),
                ('proposed_at', models.DateTimeField(blank=True, null=True)),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreed_at', models.DateTimeField(blank=True, null=True)),
                ('superseded_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-number'],
                'constraints': [models.UniqueConstraint(fields=('document', 'number'), name='documents_one_revision_a_number'), models.UniqueConstraint(condition=models.Q(('state', 'in_review')), fields=('document',), name='documents_one_in_review'), models.UniqueConstraint(condition=models.Q(('state', 'agreed')), fields=('document',), name='documents_one_agreed')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='documents.document')),
                ('what', models.CharField(max_length=300)),
                ('why', models.TextField(max_length=4000)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_on', models.DateField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-decided_on', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='DraftEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='documents.revision')),
                ('version', models.PositiveIntegerField()),
                ('before', models.JSONField(default=dict)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['version'],
                'constraints': [models.UniqueConstraint(fields=('revision', 'version'), name='documents_one_edit_a_version')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='documents.revision')),
                ('department', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('leadership', 'Leadership'), ('operations', 'Operations')], max_length=20)),
                ('signer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to=settings.AUTH_USER_MODEL)),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['signed_at'],
                'constraints': [models.UniqueConstraint(fields=('revision', 'department'), name='documents_signed_once_a_department'), models.UniqueConstraint(fields=('revision', 'signer'), name='documents_signed_once_a_person')],
            },
        ),
        migrations.AddField(
            model_name='document',
            name='in_force',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision'),
        ),
    ]
