import django.db.models.deletion
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
            name='TargetList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=120)),
                ('name_key', models.CharField(editable=False, max_length=120, unique=True)),
                ('purpose', models.TextField(max_length=2000)),
                ('marketing_owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sales_owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1)),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                'verbose_name': 'target list',
                'ordering': ['name', 'pk'],
                'indexes': [models.Index(fields=['name', 'id'], name='companies_lists_by_name')],
                'constraints': [models.CheckConstraint(condition=models.Q(('marketing_owner', models.F('sales_owner')), _negated=True), name='companies_list_two_owners'), models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='companies_list_a_form')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='members', to='leads.company')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='leads.lead')),
                ('is_initiator', models.BooleanField(default=False)),
                ('is_user', models.BooleanField(default=False)),
                ('is_influencer', models.BooleanField(default=False)),
                ('is_champion', models.BooleanField(default=False)),
                ('is_decider', models.BooleanField(default=False)),
                ('is_buyer', models.BooleanField(default=False)),
                ('is_gatekeeper', models.BooleanField(default=False)),
                ('stance', models.CharField(choices=[('champion', 'Champion'), ('supporter', 'Supporter'), ('neutral', 'Neutral'), ('sceptic', 'Sceptic'), ('blocker', 'Blocker'), ('unknown', 'Not known')], default='unknown', max_length=9)),
                ('influence', models.CharField(choices=[('high', 'High'), ('medium', 'Medium'), ('low', 'Low'), ('unknown', 'Not known')], default='unknown', max_length=7)),
                ('pains', models.TextField(blank=True, max_length=2000)),
                ('answer', models.TextField(blank=True, max_length=2000)),
                ('note', models.TextField(blank=True, max_length=2000)),
                ('verified_at', models.DateTimeField()),
                ('verified_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'verbose_name': 'part in a buying centre',
                'verbose_name_plural': 'parts in buying centres',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('company', 'lead'), name='companies_member_once')],
            },
        ),
        migrations.CreateModel(
            name='TargetAccount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('target_list', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='accounts', to='companies.targetlist')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='target_accounts', to='leads.company')),
                ('tier', models.CharField(blank=True, choices=[('A', 'A'), ('B', 'B'), ('C', 'C')], max_length=1)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('added_at', models.DateTimeField()),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'target account',
                'ordering': ['-added_at', '-pk'],
                'indexes': [models.Index(fields=['target_list', '-added_at', '-id'], name='companies_accounts_newest'), models.Index(fields=['target_list', 'tier', 'id'], name='companies_accounts_by_tier')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('target_list', 'company'), name='companies_account_once')],
            },
        ),
        migrations.CreateModel(
            name='Relation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations', to='companies.member')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='relations_to', to='companies.member')),
                ('kind', models.CharField(choices=[('reports_to', 'Reports to'), ('influences', 'Influences'), ('close_to', 'Is close to'), ('conflicts', 'Is in conflict with')], max_length=10)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('source', 'target', 'kind'), name='companies_relation_once'), models.UniqueConstraint(condition=models.Q(('kind', 'reports_to')), fields=('source',), name='companies_one_superior', violation_error_message='This person already reports to somebody.'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='companies_not_oneself')],
            },
        ),
    ]
