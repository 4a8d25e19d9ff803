import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import leads.merging.likeness
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('leads', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Nickname',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('short_forms', models.CharField(help_text='Separated by spaces or commas: bob, rob, robbie.', max_length=400)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Key',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lead', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('kind', models.PositiveSmallIntegerField(choices=[(1, 'mailbox'), (2, 'phone number'), (3, 'e-mail address'), (4, 'name before the @'), (5, 'name'), (6, 'name'), (7, 'name at the company'), (8, 'name at the place'), (9, 'name and day of birth'), (10, 'street'), (11, 'street at the place')])),
                ('value', models.CharField(max_length=80)),
            ],
            options={
                'indexes': [models.Index(fields=['kind', 'value', 'lead'], name='merging_same_key'), models.Index(fields=['lead'], name='merging_keys_of')],
            },
        ),
        migrations.CreateModel(
            name='Scanned',
            fields=[
                ('lead', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='leads.lead')),
                ('version', models.PositiveIntegerField()),
                ('is_paired', models.BooleanField(default=False)),
            ],
            options={
                'verbose_name_plural': 'scanned leads',
                'indexes': [models.Index(condition=models.Q(('is_paired', False)), fields=['lead'], name='merging_to_be_paired')],
            },
        ),
        migrations.CreateModel(
            name='CommonValue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.PositiveSmallIntegerField(choices=[(1, 'mailbox'), (2, 'phone number'), (3, 'e-mail address'), (4, 'name before the @'), (5, 'name'), (6, 'name'), (7, 'name at the company'), (8, 'name at the place'), (9, 'name and day of birth'), (10, 'street'), (11, 'street at the place')])),
                ('value', models.CharField(max_length=80)),
                ('leads', models.PositiveIntegerField()),
                ('example', models.CharField(blank=True, max_length=120)),
                ('counted_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['-leads', 'kind', 'value'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'value'), name='merging_common_once')],
            },
        ),
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('low', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('high', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='leads.lead')),
                ('strength', models.FloatField(validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)])),
                ('band', models.CharField(choices=[(leads.merging.likeness.Band['CERTAIN'], 'Certain'), (leads.merging.likeness.Band['LIKELY'], 'Likely'), (leads.merging.likeness.Band['POSSIBLE'], 'Possible'), (leads.merging.likeness.Band['UNLIKELY'], 'Unlikely')], max_length=8)),
                ('reasons', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'To be looked at'), ('not_duplicate', 'Not a duplicate')], default='open', max_length=13)),
                ('found_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-strength', '-pk'],
                'indexes': [models.Index(fields=['state', '-strength', '-id'], name='merging_strongest')],
                'constraints': [models.UniqueConstraint(fields=('low', 'high'), name='merging_a_pair_once'), models.CheckConstraint(condition=models.Q(('low__lt', models.F('high'))), name='merging_pair_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='merges', to='leads.lead')),
                ('kept', models.PositiveBigIntegerField()),
                ('lost', models.PositiveBigIntegerField(db_index=True)),
                ('lost_name', models.CharField(blank=True, max_length=300)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('strength', models.FloatField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('manifest', models.JSONField(default=dict)),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
                ('undone_at', models.DateTimeField(blank=True, null=True)),
                ('undone_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.JSONField(blank=True, default=list)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('undone_at', None)), fields=('lost',), name='merging_lost_once'), models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='merging_once_a_form')],
            },
        ),
    ]
