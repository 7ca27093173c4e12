"""The call document: versions, publishing, immutability, the version in force, the public page."""

from datetime import date

import pytest
from django.forms.models import model_to_dict
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from door.command import Command
from door.performing import perform
from door.refusals import Refused
from organisation.roles import Role
from procurement.specifications import commands, editing
from procurement.specifications.defaults import AREAS, load_first_version
from procurement.specifications.forms import PublishForm
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
    rows = Event.objects.filter(chain__name=f"specification:{number}", kind="change")
    return list(rows.order_by("seq").values_list("name", flat=True))


def draft() -> SpecificationVersion:
    """Version 2, a copy of Sjövik's version 1."""
    load_first_version(FIRST)
    return new_version()


def new_version() -> SpecificationVersion:
    return do(SpecificationVersion(), commands.VersionDrafted())


def do(version: SpecificationVersion, command: Command) -> SpecificationVersion:
    """Carried out by the strategist at noon, on the version as it stands."""
    if version.pk:
        version.refresh_from_db()
    return perform(version, command, person(Role.DEVELOPMENT_STRATEGIST), at=NOON).subject


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
    answer = strategist().post(address("publish", version.pk), {"valid_from": "2026-06-01"})
    assert answer.status_code == 422
    refusal = Event.objects.get(chain__name="specification:1", kind="refusal")
    assert (refusal.name, refusal.values.values["message"]) == (
        "version_published",
        "Det går inte än. Saknas: Minst ett avsnitt; Minst en bilaga som krävs; "
        "Minst en åtgärd när avtalet inte följs.",
    )
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
    page = strategist().post(address("publish", version.pk), {"valid_from": FIRST})
    assert page.status_code == 302
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
    third = new_version()
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
    new_version()
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
    drafted = perform(SpecificationVersion(), commands.VersionDrafted(), strategist_user, at=later)
    form = PublishForm({"valid_from": "2026-03-09"})
    assert form.is_valid()
    published = commands.VersionPublished(filled=form)
    perform(drafted.subject, published, strategist_user, at=later)
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
    assert Event.objects.count() == before
    with pytest.raises(Refused, match="publicerad och kan inte ändras"):
        do(version, commands.RowRemoved(row=section))
    assert version.sections.first() == section
    assert "Ändra" not in client.get(address("version", version.pk)).content.decode()


def test_a_draft_can_be_thrown_away():
    """LOV-01"""
    version = draft()
    assert strategist().post(address("discard", version.pk)).status_code == 302
    assert not SpecificationVersion.objects.filter(number=2).exists()
    assert events(2)[-1] == "draft_discarded"


def change_row(client: Client, part: str, row: editing.Row) -> None:
    """On its page, to what it says now."""
    values = model_to_dict(row, exclude=["specification", "id"])
    said = {name: value for name, value in values.items() if value not in (None, False)}
    page = client.post(address("edit_row", row.specification_id, part, row.pk), said)
    assert page.status_code == 302


def test_the_version_page_says_in_words_what_is_new_changed_and_removed():
    """LOV-01, ESC-04"""
    version = draft()
    client = strategist()
    section = version.sections.get(number="4.2")
    section.text = "Minst tre års erfarenhet av ledning."
    change_row(client, "avsnitt", section)
    age = version.required_attachments.get(code="skv4820")
    age.max_age_months = 3
    change_row(client, "bilaga", age)
    do(version, commands.RowRemoved(row=version.remedies.get(step="penalty")))
    client.post(address("add_row", version.pk, "bilaga"), {"name": "Krisplan"})
    terms = {"decision_weeks": 10, "change_note": "Kortare tid för beslut."}
    client.post(address("terms", version.pk), terms)
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


# ---------------------------------------------------------------- the one door


def test_a_row_sent_twice_is_added_once():
    """CAP-05, LOV-01"""
    version = draft()
    client = strategist()
    page = client.get(address("add_row", version.pk, "bilaga"))
    said = {"name": "Krisplan", **{name: page.context[name] for name in ("key", "version")}}
    for _ in range(2):
        answer = client.post(address("add_row", version.pk, "bilaga"), said, follow=True)
    assert "var redan gjort" in answer.content.decode()
    assert version.required_attachments.filter(name="Krisplan").count() == 1
    assert events(2) == ["version_drafted", "row_added"]


def test_a_page_of_a_draft_that_has_changed_is_told_and_changes_nothing():
    """CAP-05, LOV-01: neither the draft's text, nor that it is published."""
    version = draft()
    client = strategist()
    seen = {"version": client.get(address("terms", version.pk)).context["version"]}
    said = {"decision_weeks": 10, "change_note": "Kortare."}
    assert client.post(address("terms", version.pk), {**said, **seen}).status_code == 302
    late = client.post(address("terms", version.pk), {**said, **seen, "decision_weeks": 8})
    publish = client.post(address("publish", version.pk), {"valid_from": "2026-06-01", **seen})
    for page in (late, publish):
        assert page.status_code == 409
        told = "har ändrats sedan du öppnade sidan: Tid för beslut och ändringar skrivna"
        assert told in page.content.decode()
    version.refresh_from_db()
    assert (version.decision_weeks, version.published) == (10, False)


def test_what_a_faulty_page_of_a_draft_has_not_shown_is_still_told():
    """CAP-05, LOV-01: a fault does not make the page a newer one."""
    version = draft()
    client = strategist()
    seen = {"version": client.get(address("publish", version.pk)).context["version"]}
    client.post(address("add_row", version.pk, "bilaga"), {"name": "Krisplan"})
    faulty = client.post(address("publish", version.pk), {"valid_from": "2026-03-40", **seen})
    assert (faulty.status_code, faulty.context["version"]) == (422, seen["version"])
    told = client.post(address("publish", version.pk), {"valid_from": "2026-06-01", **seen})
    assert (told.status_code, told.context["version"]) == (409, seen["version"] + 1)


def test_what_is_refused_of_the_call_document_stands_in_its_log():
    """CAP-06, LOV-01"""
    version = draft()
    strategist().post(address("publish", version.pk), {"valid_from": "2026-03-01"})
    strategist().post(address("new"))
    refused = Event.objects.filter(kind="refusal").order_by("pk")
    assert list(refused.values_list("chain__name", "name")) == [
        ("specification:2", "version_published"),
        ("new:specificationversion", "version_drafted"),
    ]


def test_a_row_at_the_end_stays_where_it_is():
    """LOV-01"""
    version = draft()
    first = version.required_attachments.first()
    strategist().post(address("move_row", version.pk, "bilaga", first.pk), {"step": "up"})
    assert version.required_attachments.first() == first
    assert events(2) == ["version_drafted"]
    with pytest.raises(Refused, match="kan inte flyttas"):
        do(version, commands.RowMoved(part=editing.PARTS["bilaga"], row=first, step=-1))
