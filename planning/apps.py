"""The app of visit planning."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Makes the day plan known to the engine when Django is ready."""

    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Planering"

    def ready(self) -> None:
        from planning import setup

        setup.register()
