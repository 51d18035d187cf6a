import uuid

import django.core.serializers.json
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("history", "0002_session_live_statistics_marker"),
        ("history", "0003_session_participant"),
        ("history", "0004_correction"),
        ("history", "0005_readings_removed_at"),
        ("history", "0006_session_repeats"),
        ("history", "0007_summaries_tell_glimpses"),
        ("history", "0008_truth_about_files"),
        ("history", "0009_people"),
        ("history", "0010_count_people"),
        ("history", "0011_session_condition"),
        ("history", "0012_segments_and_face_edits"),
        ("history", "0013_prior"),
        ("history", "0014_session_stimulus"),
        ("history", "0015_session_binned_at"),
        ("history", "0016_stimulus_position"),
        ("history", "0017_session_external_id_and_metadata"),
        ("history", "0018_session_seconds"),
        ("history", "0019_ledger_line"),
    ]

    dependencies = [
        ("consent", "0001_initial"),
        ("modelhub", "0001_initial"),
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LedgerLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("said", models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "stimulus_position",
                    models.PositiveSmallIntegerField(
                        help_text="At which place the participant was shown the film: 1 for the first.", null=True
                    ),
                ),
                ("title", models.CharField(max_length=200)),
                (
                    "external_id",
                    models.CharField(blank=True, help_text="What a program calls it; empty: nothing.", max_length=200),
                ),
                (
                    "metadata",
                    models.JSONField(
                        blank=True, default=dict, help_text="A small JSON object that a program gave along."
                    ),
                ),
                ("source", models.CharField(choices=[("upload", "upload"), ("webcam", "webcam")], max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("closed", "closed"), ("failed", "failed")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("every_ms", models.PositiveIntegerField(help_text="Time between two sampled frames, ms.")),
                ("duration_ms", models.PositiveIntegerField(null=True)),
                ("frame_width", models.PositiveIntegerField(null=True)),
                ("frame_height", models.PositiveIntegerField(null=True)),
                ("frames_decoded", models.PositiveIntegerField(default=0)),
                ("frames_sampled", models.PositiveIntegerField(default=0)),
                ("frames_without_face", models.PositiveIntegerField(default=0)),
                ("frames_unscored", models.PositiveIntegerField(default=0)),
                ("frames_scored", models.PositiveIntegerField(default=0)),
                (
                    "frames_damaged",
                    models.PositiveIntegerField(default=0, help_text="Too damaged to be decoded; counted apart."),
                ),
                (
                    "missing_ms",
                    models.PositiveIntegerField(
                        default=0, help_text="Time without a picture that should have one, ms."
                    ),
                ),
                ("missing", models.JSONField(default=list, help_text="The longest such stretches: [from, to] in ms.")),
                (
                    "prior",
                    models.JSONField(
                        default=list,
                        help_text="The share of each expression that was expected; none: as the model assumes.",
                    ),
                ),
                (
                    "picture_track",
                    models.JSONField(default=dict, help_text="Which of the file's moving pictures was read."),
                ),
                (
                    "is_partial",
                    models.BooleanField(default=False, help_text="The source ended before it said it would."),
                ),
                (
                    "people",
                    models.PositiveIntegerField(default=0, help_text="Faces that count as persons; glimpses do not."),
                ),
                (
                    "summary",
                    models.JSONField(default=dict, help_text="What `history.summary` made of the readings on closing."),
                ),
                (
                    "revised",
                    models.JSONField(
                        default=dict, help_text="The same after exclusions, corrections and face edits; empty: none."
                    ),
                ),
                (
                    "live_statistics",
                    models.JSONField(default=dict, help_text="How a webcam's frames fared; empty for an upload."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "readings_removed_at",
                    models.DateTimeField(help_text="When their time was over; none: they are here.", null=True),
                ),
                (
                    "binned_at",
                    models.DateTimeField(help_text="When it was moved to the bin; none: it is not there.", null=True),
                ),
                (
                    "condition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions",
                        to="studies.condition",
                    ),
                ),
                (
                    "consent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="sessions",
                        to="consent.consentrecord",
                    ),
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
                (
                    "model_version",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="modelhub.modelversion",
                    ),
                ),
                (
                    "participant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to="studies.participant",
                    ),
                ),
                (
                    "repeats",
                    models.ForeignKey(
                        help_text="Whose video it reads again.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="repetitions",
                        to="history.session",
                    ),
                ),
                (
                    "stimulus",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sessions",
                        to="studies.stimulus",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to="studies.study"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="SessionSeconds",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="seconds",
                        serialize=False,
                        to="history.session",
                    ),
                ),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_ms", models.PositiveIntegerField(help_text="Its first moment, ms from the session's start.")),
                ("to_ms", models.PositiveIntegerField(help_text="Its end, ms; this moment is not part of it.")),
                (
                    "kind",
                    models.CharField(
                        choices=[("segment", "segment"), ("excluded", "excluded"), ("baseline", "baseline")],
                        default="segment",
                        max_length=10,
                    ),
                ),
                ("label", models.CharField(blank=True, max_length=80)),
                ("reason", models.CharField(blank=True, help_text="Why it is left out.", max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="segments",
                        to="history.session",
                    ),
                ),
            ],
            options={
                "ordering": ["from_ms", "id"],
            },
        ),
        migrations.CreateModel(
            name="Marker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("t_ms", models.PositiveIntegerField(help_text="Time from the start of the session, ms.")),
                ("text", models.CharField(max_length=120)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="markers",
                        to="history.session",
                    ),
                ),
            ],
            options={
                "ordering": ["t_ms", "id"],
            },
        ),
        migrations.CreateModel(
            name="FrameSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "from_ms",
                    models.PositiveIntegerField(help_text="The first frame of this size, ms from the session's start."),
                ),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="frame_sizes",
                        to="history.session",
                    ),
                ),
            ],
            options={
                "ordering": ["from_ms"],
            },
        ),
        migrations.CreateModel(
            name="FaceEdit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("name", "named"),
                            ("colour", "coloured"),
                            ("merge", "merged"),
                            ("split", "split"),
                            ("drop", "left out"),
                            ("restore", "taken in again"),
                            ("assign", "assigned"),
                        ],
                        max_length=10,
                    ),
                ),
                ("face", models.CharField(help_text="The key of the face that is meant.", max_length=40)),
                (
                    "into",
                    models.CharField(
                        blank=True, help_text="The key of the face that it is merged into.", max_length=40
                    ),
                ),
                ("text", models.CharField(blank=True, help_text="The name or the colour.", max_length=60)),
                ("at_ms", models.PositiveIntegerField(help_text="From when on it is another face, ms.", null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "participant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="studies.participant",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="face_edits",
                        to="history.session",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Track",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tracks",
                        to="history.session",
                    ),
                ),
            ],
            options={
                "ordering": ["number"],
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("t_ms", models.PositiveIntegerField(help_text="Time from the start of the session, ms.")),
                ("x", models.FloatField()),
                ("y", models.FloatField()),
                ("w", models.FloatField()),
                ("h", models.FloatField()),
                ("angry", models.FloatField(null=True)),
                ("disgust", models.FloatField(null=True)),
                ("fear", models.FloatField(null=True)),
                ("happy", models.FloatField(null=True)),
                ("sad", models.FloatField(null=True)),
                ("surprise", models.FloatField(null=True)),
                ("neutral", models.FloatField(null=True)),
                (
                    "dominant",
                    models.CharField(
                        choices=[
                            ("angry", "angry"),
                            ("disgust", "disgust"),
                            ("fear", "fear"),
                            ("happy", "happy"),
                            ("sad", "sad"),
                            ("surprise", "surprise"),
                            ("neutral", "neutral"),
                        ],
                        max_length=10,
                        null=True,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("too_small", "too_small"),
                            ("blurred", "blurred"),
                            ("too_dark", "too_dark"),
                            ("too_bright", "too_bright"),
                            ("extreme_pose", "extreme_pose"),
                            ("low_confidence", "low_confidence"),
                        ],
                        max_length=20,
                        null=True,
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observations",
                        to="history.session",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="observations",
                        to="history.track",
                    ),
                ),
            ],
            options={
                "ordering": ["t_ms", "id"],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("from_ms", models.PositiveIntegerField()),
                ("to_ms", models.PositiveIntegerField(help_text="The last moment that is meant, ms.")),
                (
                    "emotion",
                    models.CharField(
                        choices=[
                            ("angry", "angry"),
                            ("disgust", "disgust"),
                            ("fear", "fear"),
                            ("happy", "happy"),
                            ("sad", "sad"),
                            ("surprise", "surprise"),
                            ("neutral", "neutral"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
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
                    "session",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="history.session",
                    ),
                ),
                (
                    "track",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="corrections", to="history.track"
                    ),
                ),
            ],
            options={
                "ordering": ["from_ms", "id"],
            },
        ),
        migrations.AddIndex(
            model_name="session",
            index=models.Index(fields=["study", "-created_at"], name="session_newest_of_study"),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("frames_decoded__gte", models.F("frames_sampled")),
                    (
                        "frames_sampled",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("frames_without_face"), "+", models.F("frames_unscored")
                            ),
                            "+",
                            models.F("frames_scored"),
                        ),
                    ),
                ),
                name="session_frames_add_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("repeats__isnull", False)),
                fields=("repeats", "model_version"),
                name="session_read_once_by_a_model",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=("created_by", "external_id"),
                name="session_external_id_once_per_account",
            ),
        ),
        migrations.AddIndex(
            model_name="segment",
            index=models.Index(fields=["session", "from_ms"], name="segment_timeline"),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_ms__gt", models.F("from_ms"))), name="segment_runs_forward"
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "baseline")), fields=("session",), name="segment_one_baseline_per_session"
            ),
        ),
        migrations.AddConstraint(
            model_name="segment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "excluded"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="segment_left_out_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="marker",
            index=models.Index(fields=["session", "t_ms"], name="marker_timeline"),
        ),
        migrations.AddConstraint(
            model_name="framesize",
            constraint=models.UniqueConstraint(fields=("session", "from_ms"), name="frame_size_once_per_moment"),
        ),
        migrations.AddIndex(
            model_name="faceedit",
            index=models.Index(fields=["session", "id"], name="face_edit_order"),
        ),
        migrations.AddConstraint(
            model_name="faceedit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "split"), _negated=True), ("at_ms__isnull", False), _connector="OR"
                ),
                name="face_edit_splits_at_a_moment",
            ),
        ),
        migrations.AddConstraint(
            model_name="faceedit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "merge"), _negated=True), models.Q(("into", ""), _negated=True), _connector="OR"
                ),
                name="face_edit_merges_into_a_face",
            ),
        ),
        migrations.AddConstraint(
            model_name="track",
            constraint=models.UniqueConstraint(fields=("session", "number"), name="track_number_once_per_session"),
        ),
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(fields=["session", "t_ms", "id"], name="observation_timeline"),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.UniqueConstraint(fields=("track", "t_ms"), name="observation_once_per_moment"),
        ),
        migrations.AddConstraint(
            model_name="observation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("angry", None), ("dominant", None), ("reason__isnull", False)),
                    models.Q(("angry__isnull", False), ("dominant__isnull", False), ("reason", None)),
                    models.Q(("angry__isnull", False), ("dominant", None), ("reason", "low_confidence")),
                    _connector="OR",
                ),
                name="observation_verdict_or_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="correction",
            index=models.Index(fields=["session", "from_ms"], name="correction_timeline"),
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(("to_ms__gte", models.F("from_ms"))), name="correction_runs_forward"
            ),
        ),
    ]
