"""What the verbs of deviations and in-depth follow-ups share."""

from datetime import date

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

from audit.act import Act
from cases import actions, attachments
from cases.actions import HANDLERS
from cases.dates import long_date
from cases.models import Attachment, Case
from cases.permission import give_by_name
from door.refusals import Refused
from organisation.authority import actor_on
from organisation.models import User
from organisation.roles import ADMINISTRATION, Role
from procurement.escalations.models import Deviation, InDepthFollowUp

STAFF = HANDLERS | {Role.FIRST_SOCIAL_WORKER, Role.SECTION_HEAD}
LEADERS = frozenset({Role.DEPUTY_DIRECTOR, Role.DIRECTOR})
REPORTERS = ADMINISTRATION | {
    Role.FIRST_SOCIAL_WORKER, Role.SOCIAL_WORKER, Role.CHIEF_NURSE, Role.NURSE,
    Role.RESPONSIBLE_NURSE, Role.UNIT_MANAGER, Role.PLANNER, Role.CONTROLLER, Role.FEE_OFFICER,
    Role.NIGHT_HEAD, Role.ALARM_OFFICER, Role.MAR,
}  # fmt: skip
"""Who reports a deviation about a provider."""
NO_PERSONS = "Skriv inga namn eller hälsouppgifter om enskilda."


def let_see(case: Case, user: User, day: date) -> None:
    """Give somebody a case by name, unless they see it already."""
    if not Case.objects.filter(pk=case.pk).visible_to(actor_on(user, day)).exists():
        give_by_name(case, user)


def is_shown(case: Case) -> bool:
    """Whether the company sees the case."""
    if isinstance(case, Deviation):
        return case.shown_on is not None
    return isinstance(case, InDepthFollowUp) and case.started_on is not None


def tell_company(case: Case, act: Act, text: str) -> None:
    """Notify the company's people, once the case is one that they see."""
    if is_shown(case):
        actions.tell_company(case, act, text)


def written(text: str, what: str) -> None:
    """Raise Refused for an empty text."""
    if not text.strip():
        raise Refused(what)


def ahead(day: date, today: date) -> None:
    """Raise Refused for a last day that has come."""
    if day <= today:
        raise Refused(f"{long_date(day)} är för snart. Välj en dag efter i dag.")


def receive(case: Case, upload: UploadedFile | None, act: Act) -> Attachment | None:
    """Keep a file of the case, if there is one. Raises Refused when it cannot be taken."""
    if upload is None:
        return None
    try:
        return attachments.receive(case, upload, act.user, act.at)
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


class SendMessage(actions.SendMessage):
    """A message between the administration and the company, once the company sees the case."""

    @classmethod
    def fits(cls, case: Case) -> bool:
        return super().fits(case) and is_shown(case)
