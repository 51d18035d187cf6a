import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import webplatform.consent.models

KEPT = ("user_id", "participant_id", "text_id", "notice", "text_digest", "language", "scopes", "by_guardian", "channel")
MESSAGE = "consent records are never edited"
# NULL = NULL is unknown: each database has its own comparison that knows better. `given_at` is fixed, too.
COLUMNS = (*KEPT, "given_at")


def protect(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        changed = " OR ".join(f'NEW."{column}" IS NOT OLD."{column}"' for column in COLUMNS)
        schema_editor.execute(
            f"CREATE TRIGGER consent_record_fixed BEFORE UPDATE ON consent_consentrecord "
            f"WHEN {changed} OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS NOT OLD.withdrawn_at) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        schema_editor.execute(
            f"CREATE TRIGGER consent_withdrawal_fixed BEFORE UPDATE ON consent_consentwithdrawal "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    changed = " OR ".join(f'NEW."{column}" IS DISTINCT FROM OLD."{column}"' for column in COLUMNS)
    schema_editor.execute(
        f"CREATE FUNCTION refuse_consent_edit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $body$"
    )
    schema_editor.execute(
        f"CREATE TRIGGER consent_record_fixed BEFORE UPDATE ON consent_consentrecord FOR EACH ROW "
        f"WHEN ({changed} OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)) "
        f"EXECUTE FUNCTION refuse_consent_edit()"
    )
    schema_editor.execute(
        "CREATE TRIGGER consent_withdrawal_fixed BEFORE UPDATE ON consent_consentwithdrawal FOR EACH ROW "
        "EXECUTE FUNCTION refuse_consent_edit()"
    )


def unprotect(apps, schema_editor):
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for name, table in (
        ("consent_record_fixed", "consent_consentrecord"),
        ("consent_withdrawal_fixed", "consent_consentwithdrawal"),
    ):
        schema_editor.execute(f"DROP TRIGGER {name}" + ("" if is_sqlite else f" ON {table}"))
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION refuse_consent_edit()")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("consent", "0003_scopes_and_participants"),
        ("consent", "0004_text_audience_and_notice"),
        ("consent", "0006_records_are_never_edited"),
        ("consent", "0008_allow_scopes_later"),
    ]

    dependencies = [
        ("studies", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[("account", "people with an account"), ("participant", "participants of a study")],
                        default="account",
                        max_length=12,
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=8)),
                ("body", models.TextField()),
                ("digest", models.CharField(help_text="SHA-256 of the body, hex.", max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ["-version", "language"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience", "version", "language"), name="consent_text_version_language"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "notice",
                    models.TextField(blank=True, help_text="What was shown, word for word; empty: the text alone."),
                ),
                (
                    "text_digest",
                    models.CharField(blank=True, help_text="SHA-256 of what was shown, hex.", max_length=64),
                ),
                ("language", models.CharField(default="en", max_length=8)),
                ("scopes", models.JSONField(default=webplatform.consent.models.default_scopes)),
                (
                    "by_guardian",
                    models.BooleanField(default=False, help_text="A parent or guardian agreed for a child."),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "web page"),
                            ("api", "REST API"),
                            ("command", "command line"),
                            ("link", "participant link"),
                        ],
                        max_length=10,
                    ),
                ),
                ("given_at", models.DateTimeField(auto_now_add=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "participant",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to="studies.participant",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="records", to="consent.consenttext"
                    ),
                ),
            ],
            options={
                "ordering": ["-given_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="ConsentWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("scopes", models.JSONField()),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("page", "web page"),
                            ("api", "REST API"),
                            ("command", "command line"),
                            ("link", "participant link"),
                        ],
                        max_length=10,
                    ),
                ),
                ("withdrawn_at", models.DateTimeField(auto_now_add=True)),
                (
                    "record",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="withdrawals",
                        to="consent.consentrecord",
                    ),
                ),
            ],
            options={
                "ordering": ["withdrawn_at", "id"],
            },
        ),
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("participant__isnull", False), ("user", None)),
                    models.Q(("participant", None), ("user__isnull", False)),
                    _connector="OR",
                ),
                name="consent_of_one_person",
            ),
        ),
        migrations.RunPython(protect, unprotect),
    ]
