from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "webplatform.live"
    verbose_name = "Live"
