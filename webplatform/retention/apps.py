from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "webplatform.retention"
    verbose_name = "Retention"
