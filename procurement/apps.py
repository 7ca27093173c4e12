from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = "Utförare och avtal"

    def ready(self) -> None:
        post_migrate.connect(_load_templates, sender=self)


def _load_templates(**kwargs: object) -> None:
    """A new installation has the routine's programmes and questions from its first day."""
    from audit import clock
    from procurement.followups import defaults as questions
    from procurement.introductions import defaults as programmes

    today = clock.local_date(clock.real_now())
    programmes.load(today)
    questions.load(today)
