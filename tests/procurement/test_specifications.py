"""The call document: versions, publishing, immutability, the version in force, the public page."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.act import Act
from audit.models import Event
from organisation.roles import Role
from procurement.specifications import editing
from procurement.specifications.defaults import AREAS, load_first_version
from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    ServiceArea,
    SpecificationSection,
    SpecificationVersion,
)
from tests.factories import at, person
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.django_db, pytest.mark.both]
FIRST = date(2026, 1, 1)
TODAY = date(2026, 3, 2)
NOON = at(TODAY, 12)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """Every page is opened on Monday 2 March 2026."""
    monkeypatch.setattr(clock, "real_now", lambda: NOON)


def logged_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


def strategist() -> Client:
    return logged_in(Role.DEVELOPMENT_STRATEGIST)


def events(number: int) -> list[str]:
    rows = Event.objects.filter(chain__name=f"specification:{number}").order_by("seq")
    return list(rows.values_list("name", flat=True))


def draft() -> SpecificationVersion:
    """Version 2, a copy of Sjövik's version 1."""
    load_first_version(FIRST)
    return editing.new_version(Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))


def address(name: str, *args: object) -> str:
    return reverse(f"specifications:{name}", args=args)


def test_the_first_version_is_loaded_once_with_sections_attachments_remedies_and_areas():
    """LOV-01, ESC-04"""
    version = load_first_version(FIRST)
    assert load_first_version(TODAY) == version
    assert SpecificationVersion.objects.in_force(FIRST) == version
    assert version.sections.count() >= 12
    assert version.required_attachments.get(code="skv4820").max_age_months == 2
    assert version.required_attachments.get(code="insurance").needs_expiry
    assert version.required_attachments.get(code="record_extract").shown_only
    assert list(version.remedies.values_list("step", flat=True)) == list(Remedy.Step.values)
    assert all(row.clause.startswith("5.26.1.") for row in version.remedies.all())
    assert set(ServiceArea.objects.values_list("name", flat=True)) == set(AREAS)
    assert events(1) == ["version_drafted", "version_published"]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.DEVELOPMENT_STRATEGIST, 200),
        (Role.INVESTIGATOR, 200),
        (Role.PROCUREMENT_OFFICER, 200),
        (Role.DEPUTY_DIRECTOR, 200),
        (Role.COMMITTEE_SECRETARY, 403),
        (Role.PLANNER, 403),
    ],
)
def test_the_list_is_for_those_who_write_the_call_document(role, status):
    """SEC-01"""
    load_first_version(FIRST)
    assert logged_in(role).get(address("list")).status_code == status


def test_a_reader_of_cases_sees_a_published_version_but_no_draft():
    """SEC-01"""
    version = draft()
    first = SpecificationVersion.objects.get(number=1)
    secretary = logged_in(Role.COMMITTEE_SECRETARY)
    assert secretary.get(address("version", first.pk)).status_code == 200
    assert secretary.get(address("version", version.pk)).status_code == 404
    assert secretary.get(address("publish", version.pk)).status_code == 403
    assert strategist().get(address("version", version.pk)).status_code == 200


def test_a_new_version_is_a_copy_of_the_latest():
    """LOV-01"""
    load_first_version(FIRST)
    page = strategist().post(address("new"))
    version = SpecificationVersion.objects.get(number=2)
    assert page.url == address("version", version.pk)
    first = SpecificationVersion.objects.get(number=1)
    for part in editing.PARTS.values():
        assert [str(row) for row in part.rows(version)] == [str(row) for row in part.rows(first)]
    assert editing.differences(version, first) == []
    assert events(2) == ["version_drafted"]


def test_a_second_draft_is_refused():
    """LOV-01"""
    draft()
    page = strategist().post(address("new"), follow=True)
    assert "Version 2 är redan ett utkast" in page.content.decode()
    assert SpecificationVersion.objects.count() == 2


def test_a_section_added_on_the_page_takes_the_place_of_its_number():
    """LOV-01"""
    version = draft()
    page = strategist().post(
        address("add_row", version.pk, "avsnitt"),
        {"number": "4.10", "heading": "Arbetsmiljö", "text": "Utföraren ansvarar."},
    )
    assert page.status_code == 302
    numbers = list(version.sections.values_list("number", flat=True))
    assert numbers[numbers.index("4.10") - 1 : numbers.index("4.10") + 2] == ["4.3", "4.10", "5"]
    assert events(2)[-1] == "row_added"


def test_a_section_with_a_number_that_is_taken_is_refused_and_keeps_what_was_typed():
    """LOV-01"""
    version = draft()
    page = strategist().post(
        address("add_row", version.pk, "avsnitt"),
        {"number": "4.2", "heading": "Arbetsmiljö", "text": "Utföraren ansvarar."},
    )
    assert page.status_code == 422
    assert "Avsnitt 4.2 finns redan" in page.content.decode()
    assert "Utföraren ansvarar." in page.content.decode()
    assert version.sections.filter(number="4.2").count() == 1


def test_an_attachment_is_changed_and_moved_and_a_remedy_removed():
    """LOV-01, ESC-04"""
    version = draft()
    client = strategist()
    insurance = version.required_attachments.get(code="insurance")
    client.post(
        address("edit_row", version.pk, "bilaga", insurance.pk),
        {
            "name": "Försäkringsbevis",
            "description": "Minst tio miljoner.",
            "needs_expiry": "on",
            "optional_note": "",
        },
    )
    client.post(address("move_row", version.pk, "bilaga", insurance.pk), {"step": "up"})
    codes = list(version.required_attachments.values_list("code", flat=True))
    assert codes.index("insurance") == codes.index("skv4820") - 1
    assert version.required_attachments.get(code="insurance").description == "Minst tio miljoner."
    penalty = version.remedies.get(step="penalty")
    client.post(address("remove_row", version.pk, "atgard", penalty.pk))
    assert not version.remedies.filter(step="penalty").exists()
    assert events(2)[1:] == ["row_changed", "row_moved", "row_removed"]


def test_a_new_attachment_gets_a_code_of_its_own():
    """LOV-01"""
    version = draft()
    strategist().post(address("add_row", version.pk, "bilaga"), {"name": "Krisplan"})
    strategist().post(address("add_row", version.pk, "bilaga"), {"name": "Krisplan"})
    found = version.required_attachments.filter(name="Krisplan").values_list("code", flat=True)
    assert list(found) == ["krisplan", "krisplan-2"]


def test_an_attachment_that_is_only_shown_cannot_be_tried_by_date():
    """LOV-01"""
    version = draft()
    page = strategist().post(
        address("add_row", version.pk, "bilaga"),
        {"name": "Utdrag", "shown_only": "on", "max_age_months": "6"},
    )
    assert page.status_code == 422
    assert not version.required_attachments.filter(name="Utdrag").exists()


def test_publishing_an_empty_version_says_what_is_missing():
    """LOV-01, ESC-04"""
    version = SpecificationVersion.objects.create(number=1, valid_from=TODAY)
    with pytest.raises(ValidationError) as refusal:
        editing.publish(version, TODAY, Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))
    assert refusal.value.messages == [
        "Saknas: minst ett avsnitt.",
        "Saknas: minst en bilaga som krävs.",
        "Saknas: minst en åtgärd när avtalet inte följs.",
    ]
    page = strategist().get(address("publish", version.pk)).content.decode()
    assert "Minst en bilaga som krävs" in page
    version.refresh_from_db()
    assert not version.published


def test_the_first_version_may_be_published_from_a_day_that_has_passed():
    """LOV-01"""
    version = SpecificationVersion.objects.create(number=1, valid_from=TODAY)
    SpecificationSection.objects.create(
        specification=version, number="1", heading="Om", text="Text."
    )
    RequiredAttachment.objects.create(specification=version, code="f_tax", name="F-skatt")
    Remedy.objects.create(specification=version, step="warning", clause="5.26.1", text="Varning.")
    editing.publish(version, FIRST, Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))
    assert SpecificationVersion.objects.in_force(FIRST) == version


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-03-01", "Dagen har passerat"),
        ("2026-03-40", "Dagen finns inte"),
    ],
)
def test_publishing_is_refused_with_the_reason(day, message):
    """LOV-01"""
    version = draft()
    page = strategist().post(address("publish", version.pk), {"valid_from": day})
    assert page.status_code == 422
    assert message in page.content.decode()
    version.refresh_from_db()
    assert not version.published
    assert "version_published" not in events(2)


def test_a_version_begins_after_every_version_published_before():
    """LOV-01"""
    second = draft()
    strategist().post(address("publish", second.pk), {"valid_from": "2026-06-01"})
    third = editing.new_version(Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))
    page = strategist().post(address("publish", third.pk), {"valid_from": "2026-06-01"})
    assert "Version 2 börjar gälla mån 1 juni 2026" in page.content.decode()
    third.refresh_from_db()
    assert not third.published


def test_the_version_in_force_is_the_last_published_up_to_the_day():
    """LOV-01

    1 January version 1, from 1 June version 2; version 3 is a draft.
    """
    second = draft()
    page = strategist().post(address("publish", second.pk), {"valid_from": "2026-06-01"})
    assert page.status_code == 302
    assert events(2)[-1] == "version_published"
    editing.new_version(Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))
    in_force = SpecificationVersion.objects.in_force
    assert in_force(date(2025, 12, 31)) is None
    assert in_force(date(2026, 1, 1)).number == 1
    assert in_force(date(2026, 5, 31)).number == 1
    assert in_force(date(2026, 6, 1)).number == 2
    assert in_force(date(2027, 6, 1)).number == 2


def test_an_application_keeps_the_version_of_the_day_it_arrived():
    """LOV-01"""
    r = application_in("received")
    strategist_user = person(Role.DEVELOPMENT_STRATEGIST)
    later = at(date(2026, 3, 9))
    second = editing.new_version(Act.own(strategist_user, later))
    editing.publish(second, date(2026, 3, 9), Act.own(strategist_user, later))
    r.application.refresh_from_db()
    assert r.application.specification.number == 1


def test_a_published_version_cannot_be_changed_in_any_way():
    """LOV-01"""
    version = load_first_version(FIRST)
    section = version.sections.first()
    client = strategist()
    before = Event.objects.count()
    for name, args in (
        ("edit_row", (version.pk, "avsnitt", section.pk)),
        ("add_row", (version.pk, "bilaga")),
        ("remove_row", (version.pk, "avsnitt", section.pk)),
        ("move_row", (version.pk, "avsnitt", section.pk)),
        ("terms", (version.pk,)),
        ("publish", (version.pk,)),
        ("discard", (version.pk,)),
    ):
        page = client.post(address(name, *args), {"valid_from": "2026-06-01", "name": "Ny"})
        assert page.status_code == 403, name
    assert "publicerad och kan inte ändras" in page.content.decode()
    with pytest.raises(PermissionDenied):
        editing.save_row(section, Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON))
    assert Event.objects.count() == before
    assert "Ändra" not in client.get(address("version", version.pk)).content.decode()


def test_a_draft_can_be_thrown_away():
    """LOV-01"""
    version = draft()
    assert strategist().post(address("discard", version.pk)).status_code == 302
    assert not SpecificationVersion.objects.filter(number=2).exists()
    assert events(2)[-1] == "draft_discarded"


def test_the_version_page_says_in_words_what_is_new_changed_and_removed():
    """LOV-01, ESC-04"""
    version = draft()
    act = Act.own(person(Role.DEVELOPMENT_STRATEGIST), NOON)
    section = version.sections.get(number="4.2")
    section.text = "Minst tre års erfarenhet av ledning."
    editing.save_row(section, act)
    age = version.required_attachments.get(code="skv4820")
    age.max_age_months = 3
    editing.save_row(age, act)
    editing.remove_row(version.remedies.get(step="penalty"), act)
    editing.save_row(
        RequiredAttachment(specification=version, code="crisis_plan", name="Krisplan"), act
    )
    editing.set_terms(version, 10, "Kortare tid för beslut.", act)
    version.refresh_from_db()
    found = {
        (d.part, d.what): (d.row, d.changes)
        for d in editing.differences(version, SpecificationVersion.objects.get(number=1))
    }
    assert found == {
        ("Tid för beslut", "changed"): ("", ("beslut inom: 12 veckor → 10 veckor",)),
        ("Avsnitt", "changed"): ("4.2 Verksamhetsansvarig", ("texten är ändrad",)),
        ("Bilaga", "changed"): (
            "Blankett SKV 4820",
            ("högst så många månader gammal vid ansökan: 2 → 3",),
        ),
        ("Bilaga", "new"): ("Krisplan", ()),
        ("Åtgärd", "removed"): ("Vite (5.26.1.3)", ()),
    }
    page = strategist().get(address("version", version.pk)).content.decode()
    assert "Ändrat mot version 1" in page
    assert "minst två års erfarenhet av att leda omvårdnad" in page  # the former text


def test_the_public_page_shows_the_version_in_force_without_login():
    """LOV-01, LOV 4 kap. 1-4 §§"""
    load_first_version(FIRST)
    page = Client().get(address("public"))
    text = page.content.decode()
    assert page.status_code == 200
    assert "4.2 Verksamhetsansvarig" in text
    assert "Högst 2 månader gammalt vid ansökan" in text
    assert "5.26.1.5" in text
    assert "12 veckor" in text
    assert reverse("portal:register") in text


def test_the_public_page_tells_of_the_version_to_come_and_hides_drafts():
    """LOV-01"""
    second = draft()
    assert Client().get(address("public_version", 2)).status_code == 404
    strategist().post(address("publish", second.pk), {"valid_from": "2026-06-01"})
    text = Client().get(address("public")).content.decode()
    assert "version 1" in text
    assert "börjar gälla mån 1 juni 2026" in text
    assert Client().get(address("public_version", 2)).status_code == 200


def test_the_public_page_without_a_version_says_so():
    """LOV-01"""
    page = Client().get(address("public"))
    assert page.status_code == 404
    assert "Inget underlag gäller i dag" in page.content.decode()


def test_nobody_writes_without_logging_in():
    """SEC-01"""
    version = draft()
    page = Client().post(address("publish", version.pk), {"valid_from": "2026-06-01"})
    assert page.status_code == 302
    assert reverse("account_login") in page.url
