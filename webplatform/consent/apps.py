from django.apps import AppConfig


class ConsentConfig(AppConfig):
    name = "webplatform.consent"
    verbose_name = "Consent"
