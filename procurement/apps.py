from django.apps import AppConfig


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = "Utförare och avtal"

    def ready(self) -> None:
        from procurement.applications import setup

        setup.register()
