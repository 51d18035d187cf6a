from django.apps import AppConfig


class ModelhubConfig(AppConfig):
    name = "webplatform.modelhub"
    verbose_name = "Models"
