from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "webplatform.accounts"
    verbose_name = "Accounts"
