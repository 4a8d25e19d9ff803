import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    # They came before the first release, and are told here in one piece because each step of a
    # migration costs every set-up and every run of the tests.
    replaces = [
        ('opportunities', '0003_words_of_outcomes'),
    ]

    dependencies = [
        ('accounts', '0001_initial'),
        ('campaigns', '0001_initial'),
        ('competitors', '0001_initial'),
        ('documents', '0001_initial'),
        ('leads', '0001_initial'),
        ('personas', '0001_initial'),
        ('topics', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=200)),
                ('key', models.CharField(editable=False, max_length=200, unique=True)),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('is_active', models.BooleanField(default=True, help_text='Offered when a sale is written down.')),
            ],
            options={
                'ordering': ['name', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='opportunities_product_has_a_key'), models.CheckConstraint(condition=models.Q(('price', None), ('price__gte', 0), _connector='OR'), name='opportunities_price_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('key', models.CharField(editable=False, max_length=80, unique=True)),
                ('position', models.PositiveSmallIntegerField()),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4)),
                ('expected_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'opportunity stage',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='topics.topic')),
                ('external_id', models.CharField(blank=True, max_length=120)),
                ('name', models.CharField(max_length=200)),
                ('lead', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='leads.lead')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='leads.company')),
                ('owner', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to=settings.AUTH_USER_MODEL)),
                ('owner_name', models.CharField(blank=True, max_length=120, verbose_name="owner's name")),
                ('team', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='accounts.team')),
                ('team_name', models.CharField(blank=True, max_length=120, verbose_name="team's name")),
                ('product', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='opportunities.product')),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='campaigns.campaign')),
                ('source', models.CharField(blank=True, db_index=True, max_length=120)),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=16, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='opportunities.opportunitystage')),
                ('stage_entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('status', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4)),
                ('expected_close_on', models.DateField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('lost_reason', models.CharField(blank=True, max_length=300)),
                ('outcome_to', models.CharField(blank=True, choices=[('competitor', 'A competitor'), ('no_decision', 'No decision'), ('in_house', 'Done in-house'), ('unknown', 'Not known')], max_length=11, verbose_name='lost to')),
                ('competitor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wins_over_us', to='competitors.competitor')),
                ('won_reason', models.CharField(blank=True, max_length=300)),
                ('next_step', models.CharField(blank=True, max_length=200)),
                ('next_step_on', models.DateField(blank=True, null=True)),
                ('attributes', models.JSONField(blank=True, default=dict)),
                ('persona', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='opportunities', to='personas.persona')),
                ('revision', models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('is_created_known', models.BooleanField(default=True, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('version', models.PositiveIntegerField(default=1)),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
                ('competitors', models.ManyToManyField(blank=True, related_name='opportunities', to='competitors.competitor')),
            ],
            options={
                'verbose_name_plural': 'opportunities',
                'ordering': ['-created_at', '-pk'],
                'indexes': [models.Index(fields=['-created_at', '-id'], name='opportunities_newest'), models.Index(fields=['-updated_at', '-id'], name='opportunities_changed'), models.Index(fields=['name', 'id'], name='opportunities_by_name'), models.Index(fields=['amount', 'id'], name='opportunities_by_amount'), models.Index(fields=['expected_close_on', 'id'], name='opportunities_by_close'), models.Index(fields=['next_step_on', 'id'], name='opportunities_by_next_step'), models.Index(fields=['owner', '-created_at', '-id'], name='opportunities_of_owner'), models.Index(fields=['stage', 'stage_entered_at', 'id'], name='opportunities_in_stage'), models.Index(fields=['status', 'closed_at', 'id'], name='opportunities_by_status')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('external_id', ''), _negated=True), fields=('external_id',), name='opportunities_one_external_id'), models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('form_token',), name='opportunities_one_a_form'), models.CheckConstraint(condition=models.Q(('amount', None), ('amount__gte', 0), _connector='OR'), name='opportunities_amount_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'open'), _negated=True), ('closed_at', None), _connector='OR'), name='opportunities_open_is_not_closed'), models.CheckConstraint(condition=models.Q(('status', 'lost'), models.Q(('competitor', None), ('outcome_to', '')), _connector='OR'), name='opportunities_lost_to_when_lost'), models.CheckConstraint(condition=models.Q(('competitor', None), ('outcome_to', 'competitor'), _connector='OR'), name='opportunities_lost_to_a_competitor')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='opportunities.opportunity')),
                ('product', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='opportunities.product')),
                ('quantity', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=10)),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('opportunity', 'product'), name='opportunities_one_line_a_product'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='opportunities_some_of_a_product')],
            },
        ),
        migrations.CreateModel(
            name='OpportunityChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opportunity', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='opportunities.opportunity')),
                ('kind', models.CharField(choices=[('opened', 'Opened'), ('moved', 'Moved'), ('valued', 'Amount changed'), ('won', 'Won'), ('lost', 'Lost'), ('reopened', 'Reopened')], max_length=8)),
                ('from_stage', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opportunities.opportunitystage')),
                ('to_stage', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='opportunities.opportunitystage')),
                ('amount_before', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('amount_after', models.DecimalField(decimal_places=2, max_digits=16, null=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['opportunity', '-at', '-id'], name='opportunities_changes_of')],
            },
        ),
    ]
