import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("retention", "0002_erased_link"),
        ("retention", "0003_purge_hold"),
        ("retention", "0004_clock_seen"),
    ]

    dependencies = [
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seen_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("purge", "time is over"),
                            ("participant", "erasure of a participant"),
                            ("account", "erasure of an account"),
                        ],
                        max_length=12,
                    ),
                ),
                ("subject", models.CharField(blank=True, help_text="The id of who was erased.", max_length=40)),
                ("study_id", models.UUIDField(db_index=True, null=True)),
                ("policy", models.JSONField(default=dict, help_text="The days by which things went.")),
                ("counts", models.JSONField(default=dict, help_text="How many of what went.")),
                (
                    "asked_by_id",
                    models.BigIntegerField(help_text="The user's id; empty: nobody who signed in.", null=True),
                ),
                ("begun_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-begun_at"],
            },
        ),
        migrations.CreateModel(
            name="RetentionWarning",
            fields=[
                (
                    "study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="studies.study",
                    ),
                ),
                ("told_until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="PurgeHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("ahead", "the clock jumped ahead"),
                            ("behind", "the clock was set back"),
                            ("amount", "unusually much would go"),
                        ],
                        max_length=8,
                    ),
                ),
                ("counts", models.JSONField(default=dict, help_text="How many of what would go.")),
                (
                    "due",
                    models.PositiveIntegerField(help_text="How many sessions and participants would lose something."),
                ),
                ("clock_at", models.DateTimeField(help_text="What the clock said.")),
                ("seen_at", models.DateTimeField(help_text="When the platform was last seen at work.")),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by_id",
                    models.BigIntegerField(help_text="The user's id; empty: the command line.", null=True),
                ),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1), condition=models.Q(("ended_at", None)), name="purge_hold_one_without_end"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ErasedLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("link_id", models.BigIntegerField(unique=True)),
                ("digest", models.CharField(help_text="SHA-256 of the link's key, hex.", max_length=64, unique=True)),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="retention.receipt"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DataExport",
            fields=[
                ("lease", models.UUIDField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to="studies.participant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="exports",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("participant__isnull", False), ("user", None)),
                            models.Q(("participant", None), ("user__isnull", False)),
                            _connector="OR",
                        ),
                        name="export_of_one_person",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("user",),
                        name="export_once_per_user",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["queued", "running"])),
                        fields=("participant",),
                        name="export_once_per_participant",
                    ),
                ],
            },
        ),
    ]
