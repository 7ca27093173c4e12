from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Ärenden"

    def ready(self) -> None:
        from cases import (
            account_messages,  # noqa: F401 - connects the receiver
            attachments,
            checks,  # noqa: F401 - registers them
        )

        attachments.teach()
