import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('documents', '0001_initial'),
        ('personas', '0001_initial'),
        ('topics', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('topic', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(app_label)s_%(class)s', to='topics.topic')),
                ('title', models.CharField(max_length=160, verbose_name='name')),
                ('slug', models.SlugField(editable=False, max_length=80, unique=True)),
                ('document', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)s', to='documents.document')),
                ('objective', models.CharField(blank=True, editable=False, max_length=300)),
                ('message', models.CharField(blank=True, editable=False, max_length=300)),
                ('offer', models.CharField(blank=True, editable=False, max_length=300)),
                ('starts_on', models.DateField(blank=True, editable=False, null=True)),
                ('ends_on', models.DateField(blank=True, editable=False, null=True)),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('postponed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_because', models.CharField(blank=True, editable=False, max_length=300)),
                ('personas', models.ManyToManyField(blank=True, editable=False, related_name='campaigns', to='personas.persona')),
            ],
            options={
                'verbose_name': 'campaign',
                'ordering': ['title', 'pk'],
                'abstract': False,
                'indexes': [models.Index(fields=['starts_on', 'ends_on'], name='campaigns_by_date')],
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='campaigns.campaign')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('rep', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('acknowledged_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-acknowledged_at'],
                'constraints': [models.UniqueConstraint(fields=('revision', 'rep'), name='campaigns_acknowledged_once')],
            },
        ),
    ]
