from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "webplatform.studies"
    verbose_name = "Studies"
