from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "webplatform.vault"
    verbose_name = "Vault"
