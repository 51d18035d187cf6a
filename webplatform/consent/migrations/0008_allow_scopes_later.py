"""A scope that is allowed later makes a record of its own, beside the one on which earlier sessions rest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("consent", "0007_texts_on_sharing")]

    operations = [migrations.RemoveConstraint(model_name="consentrecord", name="consent_given_once_per_text")]
