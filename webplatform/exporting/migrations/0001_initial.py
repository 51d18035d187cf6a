import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("exporting", "0001_export_jobs"),
        ("exporting", "0002_error_params"),
    ]

    dependencies = [
        ("history", "0001_initial"),
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ExportJob",
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
                    "format",
                    models.CharField(
                        choices=[
                            ("csv", "CSV, one line per reading"),
                            ("csv_wide", "CSV, one line per moment"),
                            ("xlsx", "Excel workbook"),
                            ("parquet", "Parquet"),
                            ("json", "JSON"),
                            ("pdf", "PDF report"),
                            ("png", "charts as PNG"),
                            ("svg", "charts as SVG"),
                            ("webvtt", "captions, WebVTT"),
                            ("srt", "captions, SRT"),
                            ("eaf", "ELAN annotations"),
                            ("video", "video with boxes and scores"),
                        ],
                        max_length=10,
                    ),
                ),
                ("options", models.JSONField(default=dict, help_text="What was chosen: faces, blur, decimal comma.")),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "failed"),
                            ("ended", "ended"),
                        ],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("progress", models.FloatField(default=0.0, help_text="Share of the work that is done, 0 to 1.")),
                (
                    "ending",
                    models.CharField(blank=True, help_text="How the file's name ends, without the dot.", max_length=8),
                ),
                ("size_bytes", models.PositiveBigIntegerField(default=0)),
                ("error_code", models.CharField(blank=True, max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "study",
                    models.ForeignKey(
                        help_text="Where a whole study was asked for.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="studies.study",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="export_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at"],
            },
        ),
        migrations.CreateModel(
            name="ExportPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField()),
                (
                    "job",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="exporting.exportjob",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="export_parts", to="history.session"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.AddField(
            model_name="exportjob",
            name="sessions",
            field=models.ManyToManyField(
                related_name="export_jobs", through="exporting.ExportPart", to="history.session"
            ),
        ),
        migrations.AddConstraint(
            model_name="exportpart",
            constraint=models.UniqueConstraint(fields=("job", "session"), name="export_part_once_per_job"),
        ),
        migrations.AddIndex(
            model_name="exportjob",
            index=models.Index(fields=["user", "-asked_at"], name="exportjob_newest"),
        ),
        migrations.AddIndex(
            model_name="exportjob",
            index=models.Index(fields=["state", "heartbeat_at"], name="exportjob_stranded"),
        ),
    ]
