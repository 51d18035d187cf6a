from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "webplatform.operations"
    verbose_name = "Operations"
