"""The app of visit planning."""

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    """Where, when and by whom the decided services are carried out."""

    name = "planning"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Planering"
