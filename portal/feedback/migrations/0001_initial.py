import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('documents', '0001_initial'),
        ('slas', '0001_initial'),
        ('topics', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('topic', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='topics.topic')),
                ('kind', models.CharField(choices=[('question', 'Question'), ('suggestion', 'Suggestion'), ('heard', 'Heard from a buyer'), ('problem', 'Problem'), ('praise', 'Praise')], max_length=12)),
                ('state', models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('planned', 'Planned'), ('done', 'Done'), ('declined', 'Declined')], default='open', max_length=12)),
                ('title', models.CharField(max_length=160)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to=settings.AUTH_USER_MODEL)),
                ('side', models.CharField(choices=[('marketing', 'Marketing'), ('sales', 'Sales'), ('leadership', 'Leadership'), ('operations', 'Operations')], max_length=20, verbose_name='owed by')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='threads_to_answer', to=settings.AUTH_USER_MODEL)),
                ('passage', models.CharField(blank=True, help_text='Key of the field or section it is about.', max_length=80)),
                ('quote', models.CharField(blank=True, max_length=500)),
                ('revision', models.ForeignKey(blank=True, help_text='The revision that was read when this was written.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.revision')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='answered_threads', to='documents.revision')),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('clock', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='thread', to='slas.clock')),
                ('first_answer_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('last_post_at', models.DateTimeField()),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
            ],
            options={
                'ordering': ['-last_post_at', '-pk'],
                'indexes': [models.Index(fields=['topic', '-last_post_at'], name='feedback_of_topic'), models.Index(fields=['side', 'state', '-last_post_at'], name='feedback_inbox'), models.Index(fields=['-last_post_at', '-id'], name='feedback_newest'), models.Index(fields=['owner', 'state', '-last_post_at'], name='feedback_of_owner')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('author', 'form_token'), name='feedback_thread_a_form')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='feedback.thread')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('body', models.TextField(max_length=10000)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('form_token', models.CharField(blank=True, editable=False, max_length=40)),
                ('mentions', models.ManyToManyField(blank=True, related_name='mentioned_in', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('form_token', ''), _negated=True), fields=('author', 'form_token'), name='feedback_post_a_form')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='feedback.thread')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('thread', 'user'), name='feedback_one_vote_a_person')],
            },
        ),
        migrations.CreateModel(
            name='PostEdit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='feedback.post')),
                ('body', models.TextField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
    ]
