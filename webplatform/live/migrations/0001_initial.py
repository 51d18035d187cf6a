import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("history", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LiveConnection",
            fields=[
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="connection",
                        serialize=False,
                        to="history.session",
                    ),
                ),
                (
                    "holder",
                    models.CharField(help_text="Drawn by each socket that takes the session up.", max_length=32),
                ),
                ("heard_at", models.DateTimeField(db_index=True, help_text="When its socket last said that it lives.")),
            ],
        ),
    ]
