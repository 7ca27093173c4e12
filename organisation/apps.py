from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "organisation"
    verbose_name = "Organisation"

    def ready(self) -> None:
        from organisation import (
            fields,
            login_events,  # noqa: F401 - connects the receivers
        )

        fields.teach()
