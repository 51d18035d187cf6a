import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import webplatform.studies.models


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("studies", "0002_purpose_and_participants"),
        ("studies", "0003_retention_days"),
        ("studies", "0004_study_closed_at"),
        ("studies", "0005_invitation"),
        ("studies", "0006_study_assessment"),
        ("studies", "0007_conditions_and_variables"),
        ("studies", "0008_participant_condition"),
        ("studies", "0009_prior"),
        ("studies", "0010_stimulus"),
        ("studies", "0011_bin_days"),
        ("studies", "0012_told_notices_stay_true"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Condition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("analyst", "analyst"), ("viewer", "viewer")], max_length=10
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Participant",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("pseudonym", models.CharField(max_length=40)),
                ("language", models.CharField(default="en", max_length=8)),
                ("values", models.JSONField(default=dict, help_text="What the study's variables are, by their ids.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "condition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="participants",
                        to="studies.condition",
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
            ],
            options={
                "ordering": ["pseudonym"],
            },
        ),
        migrations.CreateModel(
            name="ParticipantLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(help_text="SHA-256 of the link's key, hex.", max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_used_at", models.DateTimeField(null=True)),
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="studies.participant"
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Study",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("purpose", models.TextField(blank=True)),
                (
                    "setting",
                    models.CharField(
                        choices=[
                            ("personal", "personal use"),
                            ("research", "research"),
                            ("clinic", "clinic or therapy"),
                            ("product", "product or media test"),
                            ("public", "exhibition or event"),
                            ("other", "something else"),
                            ("workplace", "workplace"),
                            ("recruitment", "recruitment"),
                            ("education", "education"),
                        ],
                        default="research",
                        max_length=12,
                    ),
                ),
                (
                    "legal_ground",
                    models.CharField(
                        choices=[
                            ("consent", "explicit consent"),
                            ("research", "research in the public interest, with consent"),
                            ("care", "health care, with consent"),
                        ],
                        default="consent",
                        max_length=12,
                    ),
                ),
                (
                    "capture_mode",
                    models.CharField(
                        choices=[("readings", "no video kept: readings only"), ("media", "video kept")],
                        default="media",
                        max_length=10,
                    ),
                ),
                (
                    "exemption",
                    models.CharField(
                        blank=True,
                        choices=[("", "none"), ("medical", "medical reason"), ("safety", "safety reason")],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "exemption_reason",
                    models.TextField(blank=True, help_text="Why the medical or safety reason applies."),
                ),
                (
                    "assessment",
                    models.CharField(
                        blank=True,
                        choices=[("", "not stated"), ("done", "done"), ("not_needed", "not needed")],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "assessment_note",
                    models.TextField(blank=True, help_text="Where the assessment is filed, or why none is needed."),
                ),
                (
                    "prior",
                    models.JSONField(
                        default=list, help_text="Shares of expressions to expect; none: as the model assumes."
                    ),
                ),
                (
                    "languages",
                    models.JSONField(
                        default=webplatform.studies.models.default_languages,
                        help_text="Codes of the participants' languages.",
                    ),
                ),
                (
                    "contact",
                    models.CharField(
                        blank=True, help_text="Whom a participant can ask: name and address.", max_length=200
                    ),
                ),
                (
                    "media_days",
                    models.PositiveSmallIntegerField(default=30, help_text="Days that a video stays, if it is kept."),
                ),
                (
                    "observation_days",
                    models.PositiveSmallIntegerField(default=365, help_text="Days that readings stay."),
                ),
                (
                    "rest_days",
                    models.PositiveSmallIntegerField(default=1095, help_text="Days that everything else stays."),
                ),
                (
                    "bin_days",
                    models.PositiveSmallIntegerField(
                        help_text="Days in the bin; none: as the platform says.", null=True
                    ),
                ),
                (
                    "stimulus_order",
                    models.CharField(
                        choices=[
                            ("fixed", "in the order of the list"),
                            ("random", "in an order drawn for each participant"),
                        ],
                        default="fixed",
                        max_length=6,
                    ),
                ),
                (
                    "shows_scores",
                    models.BooleanField(default=False, help_text="Whether participants see their own scores."),
                ),
                ("is_personal", models.BooleanField(default=False)),
                (
                    "closed_at",
                    models.DateTimeField(help_text="Since when it records nothing more; empty: it is open.", null=True),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "members",
                    models.ManyToManyField(
                        related_name="studies", through="studies.Membership", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "studies",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Stimulus",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("stored_name", models.CharField(max_length=40)),
                ("content_type", models.CharField(max_length=60)),
                ("size_bytes", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("duration_ms", models.PositiveIntegerField(help_text="As its header states it.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "condition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="stimuli",
                        to="studies.condition",
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="stimuli", to="studies.study"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "stimuli",
                "ordering": ["position", "id"],
            },
        ),
        migrations.AddField(
            model_name="participant",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="participants", to="studies.study"
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="studies.study"
            ),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[("owner", "owner"), ("analyst", "analyst"), ("viewer", "viewer")],
                        max_length=10,
                    ),
                ),
                ("digest", models.CharField(help_text="SHA-256 of the link's key, hex.", max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("sent_at", models.DateTimeField(help_text="Empty: the mail could not be sent.", null=True)),
                ("expires_at", models.DateTimeField()),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="studies.study",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="condition",
            name="study",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="conditions", to="studies.study"
            ),
        ),
        migrations.CreateModel(
            name="StudyApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("declaration", models.CharField(help_text="SHA-256 of what was approved.", max_length=64)),
                ("asked_at", models.DateTimeField(auto_now_add=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("is_approved", models.BooleanField(null=True)),
                ("note", models.TextField(blank=True)),
                ("expires_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="approvals", to="studies.study"
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Variable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60)),
                (
                    "kind",
                    models.CharField(
                        choices=[("text", "text"), ("number", "number"), ("choice", "one of a list")],
                        default="text",
                        max_length=10,
                    ),
                ),
                (
                    "choices",
                    models.JSONField(default=list, help_text="What may be chosen, in order; empty for other kinds."),
                ),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="variables", to="studies.study"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="ParticipantRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("copy", "a copy of what is held"),
                            ("erasure", "erasure"),
                            ("question", "a question or correction"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("done", "done"), ("refused", "refused")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answer", models.TextField(blank=True)),
                (
                    "answered_by",
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="requests", to="studies.participant"
                    ),
                ),
            ],
            options={
                "ordering": ["due_at", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")),
                        fields=("participant", "kind"),
                        name="request_open_once_per_kind",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="study",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("media_days__gte", 1),
                    ("media_days__lte", models.F("rest_days")),
                    ("observation_days__gte", 1),
                    ("observation_days__lte", models.F("rest_days")),
                    ("rest_days__lte", 1095),
                ),
                name="study_days_within_each_other",
            ),
        ),
        migrations.AddConstraint(
            model_name="stimulus",
            constraint=models.UniqueConstraint(fields=("study", "title"), name="stimulus_once_per_study"),
        ),
        migrations.AddConstraint(
            model_name="participant",
            constraint=models.UniqueConstraint(fields=("study", "pseudonym"), name="pseudonym_once_per_study"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "study"), name="membership_once_per_study"),
        ),
        migrations.AddConstraint(
            model_name="condition",
            constraint=models.UniqueConstraint(fields=("study", "name"), name="condition_once_per_study"),
        ),
        migrations.AddConstraint(
            model_name="studyapproval",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)), fields=("study",), name="approval_asked_once_per_study"
            ),
        ),
        migrations.AddConstraint(
            model_name="studyapproval",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("is_approved", None)),
                    models.Q(("decided_at__isnull", False), ("is_approved__isnull", False)),
                    _connector="OR",
                ),
                name="approval_decided_or_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="variable",
            constraint=models.UniqueConstraint(fields=("study", "name"), name="variable_once_per_study"),
        ),
    ]
