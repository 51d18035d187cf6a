"""The database refuses to edit what somebody agreed to: a withdrawal sets its time once, and that is all."""

from django.db import migrations

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
    dependencies = [("consent", "0005_texts_for_participants")]

    operations = [migrations.RunPython(protect, unprotect)]
