"""What staff do with a company and the people who represent it. SEC-01, SEC-03, CAP-05."""

from datetime import date

from django.conf import settings

from audit.act import Act
from cases import messages
from cases.calendar import add_days
from door.command import Command, Kept
from door.filled import ChangeRow
from door.refusals import Refused
from organisation.models import Provider, Representation, RoleAssignment
from organisation.roles import Role
from procurement.applications.intake_forms import CompanyForm

INTAKE = frozenset(
    {Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR, Role.REGISTRAR}
)
"""Who approves authority, corrects a company's facts, and enters applications."""


class EditCompany(ChangeRow[Provider]):
    """A company's facts are corrected."""

    label, roles, done = "Rätta företagets uppgifter", INTAKE, "Uppgifterna är sparade."
    filled: CompanyForm

    def stated(self) -> Kept:
        return {name: self.filled.cleaned_data[name] for name in self.filled.changed_data}


class EnterCompany(Command[Provider]):
    """A company whose application came on paper or by mail."""

    label, roles = "Lägg in företag", INTAKE

    def apply(self, company: Provider, act: Act) -> None:
        company.save()


class ApproveRepresentation(Command[Provider]):
    """The person may represent the company: they see all that is the company's from now on."""

    label, roles = "Godkänn behörighet", INTAKE
    representation: Representation

    def stated(self) -> Kept:
        return {"user": self.representation.user_id}

    def apply(self, company: Provider, act: Act) -> None:
        row = company.representations.select_related("user").get(pk=self.representation.pk)
        if row.approved_on and not row.ended_on:
            raise Refused(f"{row.user} är redan godkänd som företrädare.")
        if not row.user.is_active:
            raise Refused(
                f"{row.user} har inte bekräftat sin e-postadress än. Godkänn behörigheten efter det."
            )
        row.approved_by, row.approved_on, row.ended_on = act.user, act.day, None
        row.save()
        RoleAssignment.objects.create(
            user=row.user, role=Role.APPLICANT, provider=company, valid_from=act.day
        )
        messages.send_mail(
            row.user.email,
            "Kundval: din behörighet är godkänd",
            "Du är godkänd som företrädare för företaget och ser nu alla dess ärenden.\n\n"
            f"{settings.MUNICIPALITY['name']}\n",
            act.at,
            user=row.user,
        )


class EndRepresentation(Command[Provider]):
    """The person's authority ends: from now on they see nothing of the company."""

    label, roles = "Avsluta behörighet", INTAKE
    representation: Representation

    def stated(self) -> Kept:
        return {"user": self.representation.user_id}

    def apply(self, company: Provider, act: Act) -> None:
        row = company.representations.select_related("user").get(pk=self.representation.pk)
        if row.ended_on:
            raise Refused(f"Behörigheten för {row.user} är redan avslutad.")
        row.ended_on = act.day
        row.save(update_fields=["ended_on"])
        _end_roles(row, act.day)
        row.user.caseuserobjectpermission_set.filter(content_object__provider=company).delete()


def _end_roles(row: Representation, day: date) -> None:
    """A role that began today is taken away whole; others end yesterday."""
    held = RoleAssignment.objects.filter(
        user_id=row.user_id, provider_id=row.provider_id, role=Role.APPLICANT, valid_to=None
    )
    held.filter(valid_from=day).delete()
    held.update(valid_to=add_days(day, -1))
