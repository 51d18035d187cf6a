import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import webplatform.accounts.models

MESSAGE = "audit events are never changed"


def protect(apps, schema_editor):
    """Deleting is left to the chain, which shows it: a database that is emptied must stay possible."""
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            f"CREATE TRIGGER audit_event_fixed BEFORE UPDATE ON accounts_auditevent "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    schema_editor.execute(
        f"CREATE FUNCTION refuse_audit_edit() RETURNS trigger LANGUAGE plpgsql AS "
        f"$body$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $body$"
    )
    schema_editor.execute(
        "CREATE TRIGGER audit_event_fixed BEFORE UPDATE ON accounts_auditevent FOR EACH ROW "
        "EXECUTE FUNCTION refuse_audit_edit()"
    )


def unprotect(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER audit_event_fixed")
        return
    schema_editor.execute("DROP TRIGGER audit_event_fixed ON accounts_auditevent")
    schema_editor.execute("DROP FUNCTION refuse_audit_edit()")


class Migration(migrations.Migration):
    initial = True

    replaces = [
        ("accounts", "0002_audit_event"),
        ("accounts", "0003_token_scopes_and_login_epoch"),
        ("accounts", "0004_scopes_of_old_tokens"),
        ("accounts", "0005_audit_recent_of_a_kind"),
        ("accounts", "0006_login_attempt"),
        ("accounts", "0007_stored_answer"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(db_index=True, help_text="The hash of the address.", max_length=16)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                (
                    "login_epoch",
                    models.PositiveIntegerField(default=0, editable=False, help_text="Raised: all logins before end."),
                ),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            managers=[
                ("objects", webplatform.accounts.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80)),
                (
                    "prefix",
                    models.CharField(help_text="The first characters, to recognise the token by.", max_length=8),
                ),
                ("digest", models.CharField(help_text="SHA-256 of the token, hex.", max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, help_text="What it may do.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("action", models.CharField(db_index=True, max_length=60)),
                (
                    "actor_id",
                    models.BigIntegerField(help_text="The user's id; empty: nobody who signed in.", null=True),
                ),
                ("study_id", models.UUIDField(db_index=True, null=True)),
                ("target", models.CharField(blank=True, help_text="What it was done to, as kind:id.", max_length=100)),
                ("details", models.JSONField(default=dict)),
                (
                    "previous",
                    models.CharField(
                        help_text="The digest of the event before; zeros for the first one.", max_length=64
                    ),
                ),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of this event and `previous`, hex.", max_length=64, unique=True
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["action", "at"], name="audit_recent_of_a_kind")],
            },
        ),
        migrations.CreateModel(
            name="StoredAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "digest",
                    models.CharField(
                        help_text="SHA-256 of whose key it is, and of the key.", max_length=64, unique=True
                    ),
                ),
                ("request", models.CharField(help_text="SHA-256 of what was asked.", max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0)),
                (
                    "sealed",
                    models.BinaryField(default=bytes, help_text="The answer, which only the client's own key opens."),
                ),
                ("about", models.TextField(blank=True, help_text="Ids that stand in it: it goes with what they are.")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                django.db.models.functions.text.Lower("email"), name="user_email_unique_without_case"
            ),
        ),
        migrations.AddIndex(
            model_name="storedanswer",
            index=models.Index(fields=["created_at"], name="answer_over"),
        ),
        migrations.RunPython(protect, unprotect),
    ]
