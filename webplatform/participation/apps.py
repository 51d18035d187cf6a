from django.apps import AppConfig


class ParticipationConfig(AppConfig):
    name = "webplatform.participation"
    verbose_name = "Participation"
