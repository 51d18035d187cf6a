from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "webplatform.documents"
    verbose_name = "Documents"
