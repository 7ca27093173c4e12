"""Programmes of introduction and questions of follow-up are edited on their pages, in versions.

INT-01, FUP-03: what has begun follows its own version, what begins later the newest published one.
"""

from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from organisation.models import User
from organisation.roles import Role
from procurement.followups.models import FollowUpArea, QuestionTemplate
from procurement.introductions.models import ProgrammeTemplate
from tests.factories import at, person

pytestmark = [pytest.mark.django_db, pytest.mark.both]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TODAY = date(2026, 6, 22)


@pytest.fixture
def editor(client, monkeypatch) -> User:
    """The deputy director, logged in on 22 June 2026."""
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))
    user = person(Role.DEPUTY_DIRECTOR)
    client.force_login(user, BACKEND)
    return user


def draft(client, what: str, kind: str):
    """Begin a draft on the page; returns it."""
    answer = client.post(reverse("templating:new", args=[what]), {"kind": kind})
    assert answer.status_code == 302
    of = {"introduktion": ProgrammeTemplate, "uppfoljning": QuestionTemplate}[what]
    return of.objects.get(kind=kind, published_on=None)


def address(what: str, row, page: str = "template") -> str:
    return reverse(f"templating:{page}", args=[what, row.pk])


def sent(page, **changes) -> dict:
    """The form as the page shows it, with some values changed; what is None is not sent."""
    forms = page.context["forms"]
    values = {
        f"{forms.prefix}-{name}": value for name, value in forms.management_form.initial.items()
    }
    for form in forms:
        for name, field in form.fields.items():
            value = form.get_initial_for_field(field, name)
            if value not in (None, False, ""):
                values[form.add_prefix(name)] = "on" if value is True else value
            elif name == "id":
                values[form.add_prefix(name)] = ""
    return {key: value for key, value in {**values, **changes}.items() if value is not None}


def names_of(row) -> list[str]:
    chain = f"{row._meta.model_name}:{row.kind}:{row.number}"
    return list(
        Event.objects.filter(chain__name=chain, kind="change")
        .order_by("seq")
        .values_list("name", flat=True)
    )


def test_a_draft_of_a_programme_is_a_copy_that_is_edited_as_a_whole_and_published(client, editor):
    """INT-01, CAP-06"""
    first = ProgrammeTemplate.objects.in_force("residential")
    titles = [step.title for step in first.steps.all()]
    row = draft(client, "introduktion", "residential")
    assert (row.number, [step.title for step in row.steps.all()]) == (2, titles)
    page = client.get(address("introduktion", row))
    new = len(titles)  # the empty row stands last
    answer = client.post(
        address("introduktion", row),
        sent(
            page,
            **{
                "form-0-title": "Uppstartsmöte",
                "form-1-DELETE": "on",
                f"form-{new}-order": "99",
                f"form-{new}-title": "Rundvandring",
                f"form-{new}-stage": "programme",
                f"form-{new}-responsible_role": "deputy-director",
                f"form-{new}-participants": "Verksamhetsansvarig\nSektionschef",
            },
        ),
    )
    assert answer.status_code == 302, answer.context["forms"].errors
    now = [step.title for step in row.steps.all()]
    assert now == ["Uppstartsmöte", *titles[2:], "Rundvandring"]
    assert row.steps.last().expected == ["Verksamhetsansvarig", "Sektionschef"]
    assert ProgrammeTemplate.objects.in_force("residential") == first, "a draft is not in force"

    client.post(address("introduktion", row, "end_draft"), {"do": "publish"})
    row.refresh_from_db()
    assert row.published_on == TODAY
    assert ProgrammeTemplate.objects.in_force("residential") == row
    assert [step.title for step in first.steps.all()] == titles
    assert names_of(row) == ["template_drafted", "template_changed", "template_published"]
    said = client.get(address("introduktion", row)).content.decode()
    assert "Rundvandring" in said
    assert "En publicerad version ändras inte" in said


def test_a_programme_of_home_care_is_not_published_without_its_one_signing(client, editor):
    """INT-01"""
    row = draft(client, "introduktion", "home_care")
    row.steps.filter(stage="signing").delete()
    answer = client.post(address("introduktion", row, "end_draft"), {"do": "publish"}, follow=True)
    assert "Mallen ska ha ett moment i skedet Avtal, varken fler eller färre." in (
        answer.content.decode()
    )
    row.refresh_from_db()
    assert (row.published_on, names_of(row)) == (None, ["template_drafted"])


def test_questions_are_changed_left_out_and_added_and_an_empty_set_is_not_published(client, editor):
    """FUP-03"""
    row = draft(client, "uppfoljning", "person")
    assert [question.area for question in row.questions.all()] == ["execution", "documentation"]
    page = client.get(address("uppfoljning", row))
    answer = client.post(
        address("uppfoljning", row),
        sent(
            page,
            **{
                "form-0-text": "Utförs insatserna i tid?",
                "form-0-asked": "on",
                "form-1-DELETE": "on",
                "form-2-order": "3",
                "form-2-area": FollowUpArea.STAFF,
                "form-2-text": "Hur många möter personen?",
                "form-2-asked": None,
            },
        ),
    )
    assert answer.status_code == 302, answer.context["forms"].errors
    kept = list(row.questions.values_list("text", "area", "asked"))
    assert kept == [
        ("Utförs insatserna i tid?", "execution", True),
        ("Hur många möter personen?", "staff", False),
    ]
    row.questions.all().delete()
    client.post(address("uppfoljning", row, "end_draft"), {"do": "publish"})
    row.refresh_from_db()
    assert row.published_on is None


def test_a_form_with_a_fault_is_shown_again_and_nothing_of_it_is_kept(client, editor):
    """FUP-03"""
    row = draft(client, "uppfoljning", "provider")
    before = list(row.questions.values_list("text", flat=True))
    page = client.get(address("uppfoljning", row))
    faulty = sent(page, **{"form-0-text": "Ny fråga?", "form-1-area": "nowhere"})
    answer = client.post(address("uppfoljning", row), faulty)
    assert answer.status_code == 422
    assert list(row.questions.values_list("text", flat=True)) == before
    assert names_of(row) == ["template_drafted"]


def test_there_is_one_draft_of_a_kind_and_it_can_be_thrown_away(client, editor):
    """INT-01, CAP-06"""
    row = draft(client, "introduktion", "home_care")
    new = reverse("templating:new", args=["introduktion"])
    again = client.post(new, {"kind": "home_care"}, follow=True)
    assert "Version 2 är redan ett utkast. Arbeta vidare i den." in again.content.decode()
    assert ProgrammeTemplate.objects.filter(kind="home_care").count() == 2
    client.post(address("introduktion", row, "end_draft"), {"do": "discard"})
    assert not ProgrammeTemplate.objects.filter(pk=row.pk).exists()
    assert names_of(row) == ["template_drafted", "template_discarded"]


def test_a_published_version_is_neither_changed_published_again_nor_thrown_away(client, editor):
    """INT-01: also by a page that was opened while it was a draft."""
    row = draft(client, "uppfoljning", "system")
    page = client.get(address("uppfoljning", row))
    client.post(address("uppfoljning", row, "end_draft"), {"do": "publish"})
    before = list(row.questions.values_list("text", flat=True))
    late = client.post(address("uppfoljning", row), sent(page, **{"form-0-text": "För sent?"}))
    assert late.status_code == 200  # the page of what is published
    assert list(row.questions.values_list("text", flat=True)) == before
    for what in ("publish", "discard"):
        answer = client.post(address("uppfoljning", row, "end_draft"), {"do": what})
        assert answer.status_code == 403
    assert QuestionTemplate.objects.in_force("system") == row


def test_a_draft_is_neither_saved_nor_published_by_a_page_that_shows_another(client, editor):
    """CAP-05, CAP-06, FUP-03"""
    row = draft(client, "uppfoljning", "provider")
    page = client.get(address("uppfoljning", row))
    seen = {"version": page.context["version"]}
    client.post(address("uppfoljning", row), sent(page, **seen, **{"form-0-text": "Först?"}))
    late = client.post(address("uppfoljning", row), sent(page, **seen, **{"form-0-text": "Sist?"}))
    assert late.status_code == 409
    assert "Mallen har ändrats sedan du öppnade sidan: Mallen ändrad" in late.content.decode()
    assert "Sist?" in late.content.decode(), "nothing that was written is lost"
    gone = client.post(
        address("uppfoljning", row, "end_draft"), {"do": "publish", **seen}, follow=True
    )
    assert "har ändrats sedan du öppnade sidan" in gone.content.decode()
    row.refresh_from_db()
    assert (row.published_on, row.questions.first().text) == (None, "Först?")


def test_a_draft_sent_twice_is_saved_once(client, editor):
    """CAP-05, FUP-03: also its new row."""
    row = draft(client, "uppfoljning", "person")
    page = client.get(address("uppfoljning", row))
    new = f"form-{row.questions.count()}"
    said = {
        f"{new}-order": "9",
        f"{new}-area": FollowUpArea.STAFF,
        f"{new}-text": "Hur många?",
        "key": page.context["key"],
        "version": page.context["version"],
    }
    for _ in range(2):
        assert client.post(address("uppfoljning", row), sent(page, **said)).status_code == 302
    assert row.questions.filter(text="Hur många?").count() == 1
    assert names_of(row) == ["template_drafted", "template_changed"]


def test_what_is_refused_of_a_draft_stands_in_its_log(client, editor):
    """CAP-06, INT-01"""
    row = draft(client, "introduktion", "home_care")
    row.steps.filter(stage="signing").delete()
    client.post(address("introduktion", row, "end_draft"), {"do": "publish"})
    client.post(reverse("templating:new", args=["introduktion"]), {"kind": "home_care"})
    refused = Event.objects.filter(kind=Event.Kind.REFUSAL).order_by("pk")
    assert list(refused.values_list("chain__name", "name")) == [
        (row.chain, "template_published"),
        ("new:programmetemplate", "template_drafted"),
    ]


def test_who_may_not_edit_reads_what_is_published_and_finds_no_draft(client, editor):
    """SEC-01"""
    row = draft(client, "introduktion", "home_care")
    client.force_login(person(Role.SECTION_HEAD), BACKEND)
    listed = client.get(reverse("templating:list")).content.decode()
    assert "Kundval hemtjänst" in listed
    assert address("introduktion", row) not in listed
    assert "Ny version" not in listed
    assert client.get(address("introduktion", row)).status_code == 404
    published = ProgrammeTemplate.objects.in_force("home_care")
    assert client.get(address("introduktion", published)).status_code == 200
    new = reverse("templating:new", args=["introduktion"])
    assert client.post(new, {"kind": "residential"}).status_code == 403
    assert client.post(address("introduktion", row, "end_draft")).status_code == 403
    assert ProgrammeTemplate.objects.filter(published_on=None).get() == row


@pytest.mark.parametrize(
    ("what", "kind"), [("introduktion", "nursery"), ("introduktion", ""), ("annat", "home_care")]
)
def test_there_are_no_templates_of_anything_else(client, editor, what, kind):
    """INT-01"""
    assert client.post(reverse("templating:new", args=[what]), {"kind": kind}).status_code == 404
    assert client.get(reverse("templating:template", args=["annat", 1])).status_code == 404
    assert not ProgrammeTemplate.objects.filter(published_on=None).exists()
