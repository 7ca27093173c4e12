"""Writing templates: a draft is edited as a whole, then published and fixed. Named as the log names it.

Requirements INT-01, FUP-03.
"""

from django.forms import BaseModelFormSet

from audit.act import Act
from door.command import Command, Kept
from door.refusals import Refused
from organisation.roles import Role
from procurement.templating.models import Template

EDITORS = frozenset({Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST})
FIXED = "En publicerad mall ändras inte. Skapa en ny version."


class TemplateDrafted(Command[Template]):
    """A draft of a kind: a copy of the newest version. There is one at a time."""

    label, roles = "Ny version", EDITORS

    def apply(self, draft: Template, act: Act) -> None:
        of = type(draft)
        versions = of.objects.select_for_update().filter(kind=draft.kind)
        latest = versions.order_by("number").last()
        if latest and latest.published_on is None:
            raise Refused(f"Version {latest.number} är redan ett utkast. Arbeta vidare i den.")
        draft.number = latest.number + 1 if latest else 1
        draft.save()
        rows = latest.rows.all() if latest else ()
        draft.rows.bulk_create(
            draft.rows.model(template=draft, **{name: getattr(row, name) for name in of.copied})
            for row in rows
        )


class OfDraft(Command[Template]):
    """What is done with a version until it is published."""

    roles = EDITORS

    @classmethod
    def fits(cls, draft: Template) -> bool:
        return draft.published_on is None

    @classmethod
    def unfit(cls, draft: Template) -> str:
        return FIXED


class TemplateChanged(OfDraft):
    """The draft's rows are as they were sent."""

    label = "Spara mallen"
    rows: BaseModelFormSet

    def stated(self) -> Kept:
        return {}

    def apply(self, draft: Template, act: Act) -> Kept:
        self.rows.save()
        return {"rows": [str(row) for row in draft.rows.all()]}


class TemplatePublished(OfDraft):
    """A draft is fixed; cases that begin from now on follow it, those that have begun do not."""

    label = "Publicera"

    def check(self, draft: Template, act: Act) -> None:
        if fault := draft.fault():
            raise Refused(fault)

    def apply(self, draft: Template, act: Act) -> None:
        draft.published_on = act.day
        draft.save()


class TemplateDiscarded(OfDraft):
    """A draft is thrown away."""

    label = "Kasta utkastet"

    def apply(self, draft: Template, act: Act) -> None:
        draft.delete()
