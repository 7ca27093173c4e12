from django.apps import AppConfig
from django.db.backends.signals import connection_created

from organisation import swedish


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = "Organisation"

    def ready(self) -> None:
        from organisation import login_events  # noqa: F401 - connects the receivers

        connection_created.connect(swedish.register)
