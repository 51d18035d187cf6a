import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("learning", "0002_dataset_from_corrections_dataset_withdrawn_at_and_more"),
        ("learning", "0003_run_log"),
        ("learning", "0004_error_params"),
        ("learning", "0005_checked_datasets"),
    ]

    dependencies = [
        ("modelhub", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Dataset",
            fields=[
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("error_message", models.CharField(blank=True, max_length=500)),
                ("error_params", models.JSONField(default=dict, help_text="The message's template and its values.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("checked", "waits for your decision"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "licence",
                    models.TextField(
                        blank=True, help_text="Where the pictures come from, and what may be done with them."
                    ),
                ),
                (
                    "source",
                    models.CharField(help_text="The uploaded file's name, or the path on the server.", max_length=300),
                ),
                (
                    "drops_leaks",
                    models.BooleanField(default=True, help_text="Without test pictures that stand in train."),
                ),
                ("digest", models.CharField(blank=True, help_text="SHA-256 of the frozen file, hex.", max_length=64)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("report", models.JSONField(default=dict, help_text="What was read and what was left out.")),
                ("from_corrections", models.BooleanField(default=False)),
                (
                    "asks_first",
                    models.BooleanField(default=False, help_text="It is checked, and then somebody decides."),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(help_text="When somebody in it took their consent back.", null=True),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Comparison",
            fields=[
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("error_message", models.CharField(blank=True, max_length=500)),
                ("error_params", models.JSONField(default=dict, help_text="The message's template and its values.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("checked", "waits for your decision"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("split", models.CharField(default="private", max_length=10)),
                ("result", models.JSONField(default=dict, help_text="What `training.compare_bundles` says.")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="modelhub.modelversion"
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="comparisons",
                        to="modelhub.modelversion",
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="learning.dataset"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DatasetSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session_id", models.UUIDField(db_index=True)),
                ("pictures", models.PositiveIntegerField()),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="learning.dataset"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrainingRun",
            fields=[
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("error_message", models.CharField(blank=True, max_length=500)),
                ("error_params", models.JSONField(default=dict, help_text="The message's template and its values.")),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("checked", "waits for your decision"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("lease", models.UUIDField(editable=False, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("recipe", models.CharField(max_length=40)),
                (
                    "start",
                    models.CharField(
                        choices=[("scratch", "from scratch"), ("active", "from the active model")],
                        default="scratch",
                        max_length=10,
                    ),
                ),
                ("epochs", models.PositiveIntegerField(help_text="Empty: as the recipe says.", null=True)),
                ("seed", models.PositiveIntegerField(default=1)),
                ("progress", models.FloatField(default=0.0, help_text="Share of the run that is done, 0 to 1.")),
                ("seconds_left", models.FloatField(null=True)),
                ("curves", models.JSONField(default=list, help_text="One row per epoch.")),
                ("log", models.JSONField(default=list, help_text="What happened and when: rows of `at` and `text`.")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "dataset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="learning.dataset"
                    ),
                ),
                (
                    "started_from",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="modelhub.modelversion",
                    ),
                ),
                (
                    "version",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="run",
                        to="modelhub.modelversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
                "abstract": False,
            },
        ),
    ]
