from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "webplatform.learning"
    verbose_name = "Learning"
