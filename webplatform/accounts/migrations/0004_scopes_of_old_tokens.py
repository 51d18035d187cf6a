from django.db import migrations


def keep_what_they_could(apps, schema_editor):
    """Tokens made before there were scopes go on doing what they did."""
    tokens = apps.get_model("accounts", "ApiToken").objects.filter(scopes=[])
    tokens.filter(user__is_staff=True).update(scopes=["read", "write", "live", "admin"])
    tokens.filter(user__is_staff=False).update(scopes=["read", "write", "live"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_token_scopes_and_login_epoch"),
    ]

    operations = [
        migrations.RunPython(keep_what_they_could, migrations.RunPython.noop),
    ]
