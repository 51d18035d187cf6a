import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("history", "0001_initial"),
        ("studies", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SessionCurve",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="curve",
                        serialize=False,
                        to="history.session",
                    ),
                ),
                ("made_of", models.CharField(help_text="SHA-256 of what it was made of.", max_length=64)),
                (
                    "person",
                    models.CharField(
                        choices=[
                            ("none", "nobody was seen"),
                            ("assigned", "the face that was given to the participant"),
                            ("only", "the only face"),
                            ("longest", "of several faces the one that was seen longest"),
                        ],
                        default="none",
                        max_length=10,
                    ),
                ),
                (
                    "people",
                    models.PositiveIntegerField(default=0, help_text="Persons in the session, glimpses not counted."),
                ),
                ("bins", models.BinaryField(default=bytes)),
                ("scored", models.PositiveIntegerField(default=0, help_text="Readings with scores.")),
                ("not_sure", models.PositiveIntegerField(default=0, help_text="Of these, those without a verdict.")),
                (
                    "unscored",
                    models.PositiveIntegerField(default=0, help_text="Readings of a face that could not be scored."),
                ),
                (
                    "corrected",
                    models.PositiveIntegerField(default=0, help_text="Readings whose verdict a person corrected."),
                ),
                (
                    "excluded",
                    models.JSONField(default=list, help_text="Stretches that are in no figure: [from, to] in ms."),
                ),
                (
                    "baseline",
                    models.JSONField(default=list, help_text="The marked neutral stretches: [from, to] in ms."),
                ),
                ("is_failed", models.BooleanField(default=False, help_text="It could not be made of this.")),
                ("made_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="StudyFigures",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("choice", models.JSONField(help_text="Grouping, clock and so on.")),
                ("digest", models.CharField(help_text="SHA-256 of the choice.", max_length=64)),
                ("wanted", models.CharField(help_text="SHA-256 of what they are to be made of.", max_length=64)),
                (
                    "made_of",
                    models.CharField(blank=True, help_text="The same of what `result` was made of.", max_length=64),
                ),
                ("result", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[("queued", "queued"), ("running", "running"), ("done", "done"), ("failed", "failed")],
                        default="queued",
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease", models.UUIDField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("asked_at", models.DateTimeField()),
                (
                    "enqueued_at",
                    models.DateTimeField(help_text="When its message was last sent; none: it was not.", null=True),
                ),
                ("made_at", models.DateTimeField(null=True)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="studies.study"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "study figures",
                "ordering": ["-asked_at"],
                "indexes": [
                    models.Index(condition=models.Q(("state", "queued")), fields=["state"], name="figures_waiting")
                ],
                "constraints": [models.UniqueConstraint(fields=("study", "digest"), name="figures_once_per_choice")],
            },
        ),
    ]
