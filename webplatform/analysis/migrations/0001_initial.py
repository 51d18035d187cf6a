import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("analysis", "0002_playback_copy"),
        ("analysis", "0003_resumable_upload"),
        ("analysis", "0004_error_params"),
        ("analysis", "0005_stretches"),
        ("analysis", "0006_upload_segments"),
    ]

    dependencies = [
        ("consent", "0001_initial"),
        ("history", "0001_initial"),
        ("modelhub", "0001_initial"),
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnalysisJob",
            fields=[
                ("lease", models.UUIDField(null=True)),
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
                            ("done", "done"),
                            ("failed", "failed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                (
                    "max_attempts",
                    models.PositiveSmallIntegerField(default=3, help_text="Given up once this many were begun."),
                ),
                ("progress", models.FloatField(default=0.0, help_text="Share of the work that is done, 0 to 1.")),
                ("faces_found", models.PositiveIntegerField(default=0)),
                ("seconds_left", models.FloatField(null=True)),
                (
                    "worker_seconds",
                    models.FloatField(
                        db_default=0.0,
                        default=0.0,
                        help_text="How long workers took for its stretches together; 0 where one read it whole.",
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("queued_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="job", to="history.session"
                    ),
                ),
            ],
            options={
                "ordering": ["-queued_at"],
            },
        ),
        migrations.CreateModel(
            name="MediaFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "original_name",
                    models.CharField(help_text="As the user called it; for display only.", max_length=200),
                ),
                ("stored_name", models.CharField(max_length=40)),
                ("content_type", models.CharField(max_length=60)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="media", to="history.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlaybackCopy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("stored_name", models.CharField(blank=True, max_length=60)),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                (
                    "media",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="playback", to="analysis.mediafile"
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="ResumableUpload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[("receiving", "receiving"), ("complete", "complete"), ("done", "done")],
                        default="receiving",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(help_text="As the user called the file; for display only.", max_length=200)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("given", models.JSONField(default=dict, help_text="Title, participant and so on, as they were sent.")),
                ("rest", models.BinaryField(default=bytes, help_text="What fills no piece of the file yet, sealed.")),
                ("rest_number", models.PositiveIntegerField(default=0)),
                ("rest_bytes", models.PositiveIntegerField(default=0)),
                (
                    "received_bytes",
                    models.PositiveBigIntegerField(
                        db_default=0, default=0, help_text="Of its segments, in an object store."
                    ),
                ),
                ("lease", models.UUIDField(help_text="Who puts its segments together.", null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="consent.consentrecord"
                    ),
                ),
                (
                    "job",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="analysis.analysisjob",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="studies.study"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="resumable_uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="Stretch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("number", models.PositiveIntegerField(help_text="1 for the first one.")),
                (
                    "start",
                    models.BigIntegerField(
                        help_text="Timestamp of its first frame; none: the video's beginning.", null=True
                    ),
                ),
                (
                    "stop",
                    models.BigIntegerField(
                        help_text="Timestamp of the frame it ends before; none: the end.", null=True
                    ),
                ),
                ("from_ms", models.PositiveIntegerField()),
                ("to_ms", models.PositiveIntegerField()),
                (
                    "before_ms",
                    models.IntegerField(help_text="When the last frame before it is shown; -1: there is none."),
                ),
                ("observing", models.PositiveSmallIntegerField(help_text="Which way of observing it is for.")),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("progress", models.FloatField(default=0.0)),
                ("faces_found", models.PositiveIntegerField(default=0)),
                ("worker_seconds", models.FloatField(default=0.0, help_text="How long a worker took for it.")),
                ("observed", models.BinaryField(help_text="What was observed, sealed.", null=True)),
                ("queued_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stretches", to="analysis.analysisjob"
                    ),
                ),
                (
                    "model_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="modelhub.modelversion"
                    ),
                ),
            ],
            options={
                "ordering": ["job", "number"],
            },
        ),
        migrations.CreateModel(
            name="UploadSegment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.PositiveBigIntegerField(help_text="Of its first byte in the file.")),
                ("name", models.CharField(max_length=60)),
                (
                    "upload",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segments",
                        to="analysis.resumableupload",
                    ),
                ),
            ],
            options={
                "ordering": ["start"],
            },
        ),
        migrations.AddIndex(
            model_name="analysisjob",
            index=models.Index(fields=["state", "heartbeat_at"], name="job_stranded"),
        ),
        migrations.AddIndex(
            model_name="mediafile",
            index=models.Index(fields=["sha256"], name="mediafile_same_content"),
        ),
        migrations.AddIndex(
            model_name="resumableupload",
            index=models.Index(fields=["expires_at"], name="upload_expired"),
        ),
        migrations.AddIndex(
            model_name="stretch",
            index=models.Index(fields=["state", "heartbeat_at"], name="stretch_stranded"),
        ),
        migrations.AddConstraint(
            model_name="stretch",
            constraint=models.UniqueConstraint(fields=("job", "number"), name="stretch_once"),
        ),
        migrations.AddConstraint(
            model_name="uploadsegment",
            constraint=models.UniqueConstraint(fields=("upload", "start"), name="upload_segment_once"),
        ),
    ]
