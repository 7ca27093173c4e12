"""An application driven through the routine, for tests. Days are literal, worked out by hand.

Monday 2026-03-02 the application comes in; nothing red stands in the way until Easter.
"""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from audit.act import Act
from cases.committee_commands import PacketFrozen
from cases.models import CommitteeMeeting
from config.demo.routine import PAGE, Routine, handled
from door.performing import perform
from organisation.models import Provider, Representation, RoleAssignment, User
from organisation.roles import Role
from procurement.applications.commands.intake import open_draft
from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    ServiceArea,
    SpecificationSection,
    SpecificationVersion,
)
from tests.factories import SINCE, at, person, root_unit
from tests.reached import reached_once

ARRIVED = date(2026, 3, 2)
COMPLETE = date(2026, 3, 9)
MEETING = date(2026, 4, 15)
STATES = (
    "draft", "received", "handling", "assessment", "mbl", "committee", "decided",
)  # fmt: skip


def pdf_file(name: str = "bilaga.pdf", content: bytes = PAGE) -> SimpleUploadedFile:
    """An uploaded file."""
    return SimpleUploadedFile(name, content, "application/pdf")


def call_document() -> SpecificationVersion:
    """A small call document: one attachment by age, one by expiry, one only shown."""
    found = SpecificationVersion.objects.first()
    if found:
        return found
    version = SpecificationVersion.objects.create(
        number=1, valid_from=SINCE, published=True, published_on=SINCE, decision_weeks=12
    )
    SpecificationSection.objects.create(
        specification=version, number="1", heading="Om kundvalet", text="Text."
    )
    for code, name, more in (
        ("skv4820", "Blankett SKV 4820", {"max_age_months": 2}),
        ("insurance", "Försäkringsbevis", {"needs_expiry": True}),
        ("qms", "Ledningssystem för kvalitet", {}),
        ("record_extract", "Registerutdrag", {"shown_only": True}),
    ):
        RequiredAttachment.objects.create(specification=version, code=code, name=name, **more)
    Remedy.objects.create(specification=version, step="warning", clause="5.26.1", text="Varning.")
    ServiceArea.objects.get_or_create(name="Sjövik Norr")
    return version


def staff() -> dict[str, User]:
    """Everybody who takes part in handling, by login."""
    return {
        str(role): person(role)
        for role in (
            Role.DEVELOPMENT_STRATEGIST,
            Role.DEPUTY_DIRECTOR,
            Role.DIRECTOR,
            Role.INVESTIGATOR,
            Role.SECTION_HEAD,
            Role.COMMITTEE_SECRETARY,
            Role.REGISTRAR,
        )
    }


def company(name: str = "Fyrbåken Omsorg AB", number: str = "5599991014") -> tuple[Provider, User]:
    """A company and its approved representative."""
    provider = Provider.objects.create(
        name=name, organisation_number=number, address="Strandgatan 3, 000 00 Sjövik"
    )
    user = User.objects.create_user(
        f"vd-{provider.pk}@foretag.example",
        "vd@foretag.example",
        "lösenord-för-prov",
        name="Leila Hammarvik",
    )
    RoleAssignment.objects.create(
        user=user, role=Role.APPLICANT, provider=provider, valid_from=SINCE
    )
    Representation.objects.create(
        user=user,
        provider=provider,
        claimed_name=name,
        title="vd",
        basis="signatory",
        registered_at=at(SINCE),
        approved_on=SINCE,
        approved_by=person(Role.DEVELOPMENT_STRATEGIST),
    )
    return provider, user


@reached_once
def application_in(state: str) -> Routine:
    """An application that has gone the routine's way to `state`, by commands alone."""
    call_document()
    people = staff()
    provider, user = company()
    routine = Routine(open_draft(provider, root_unit(), Act.own(user, at(ARRIVED))), people, user)
    for step in STATES[1 : STATES.index(state) + 1]:
        STEPS[step](routine)
    return routine


def _received(r: Routine) -> None:
    r.fill_in(at(ARRIVED), "Leila Hammarvik", "Erik Tornfalk")
    r.attach(at(ARRIVED), *r.required())
    r.send(at(ARRIVED))


def _handling(r: Routine) -> None:
    r.review(at(COMPLETE))
    r.complete(at(COMPLETE))


def _assessment(r: Routine) -> None:
    handled(r, at(date(2026, 3, 16)))
    r.assess(at(date(2026, 3, 17)))


def _mbl(r: Routine) -> None:
    r.concur(at(date(2026, 3, 18)))


def _committee(r: Routine) -> None:
    r.mbl(at(date(2026, 3, 25)))


def _decided(r: Routine) -> None:
    put_on_agenda(r)
    r.decide(at(date(2026, 4, 16)), "rejected", 42, "Kraven är inte uppfyllda.")


def put_on_agenda(r: Routine) -> CommitteeMeeting:
    """On the agenda of 15 April, with the packet frozen."""
    meeting, _ = CommitteeMeeting.objects.get_or_create(
        held_on=MEETING, defaults={"documents_due": date(2026, 3, 27)}
    )
    r.agenda(at(date(2026, 3, 26)), meeting)
    meeting.refresh_from_db()
    secretary = r.people["committee-secretary"]
    perform(meeting, PacketFrozen(), secretary, at=at(date(2026, 3, 27)))
    return meeting


STEPS = {
    "received": _received,
    "handling": _handling,
    "assessment": _assessment,
    "mbl": _mbl,
    "committee": _committee,
    "decided": _decided,
}
