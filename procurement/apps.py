from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ProcurementConfig(AppConfig):
    name = "procurement"
    verbose_name = "Utförare och avtal"

    def ready(self) -> None:
        from procurement.applications import setup as applications
        from procurement.contracts import setup as contracts
        from procurement.controls import setup as controls
        from procurement.duties import setup as duties
        from procurement.escalations import setup as escalations
        from procurement.followups import setup as followups
        from procurement.introductions import setup as introductions
        from procurement.meetings import setup as meetings
        from procurement.tenders import setup as tenders

        for process in (
            applications, introductions, contracts, tenders, duties, followups, controls, meetings,
            escalations,
        ):  # fmt: skip
            process.register()
        post_migrate.connect(_load_templates, sender=self)


def _load_templates(**kwargs: object) -> None:
    """A new installation has the routine's programmes and questions from its first day."""
    from audit import clock
    from procurement.followups import defaults as questions
    from procurement.introductions import defaults as programmes

    today = clock.local_date(clock.real_now())
    programmes.load(today)
    questions.load(today)
