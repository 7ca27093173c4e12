from django.apps import AppConfig


class DoorConfig(AppConfig):
    """The one door to state: subjects, commands, and `perform`."""

    name = "door"

    def ready(self) -> None:
        from door import fields

        fields.teach()
