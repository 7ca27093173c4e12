"""The app of the people who have home care: who they are, and what they have been granted."""

from django.apps import AppConfig


class ClientsConfig(AppConfig):
    """Registers nothing: higher apps read."""

    name = "clients"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Brukare"
