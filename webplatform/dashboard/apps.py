from django.apps import AppConfig


class DashboardConfig(AppConfig):
    name = "webplatform.dashboard"
    verbose_name = "Dashboard"
