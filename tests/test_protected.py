"""Who gets protected identity after years in the register is named and placed nowhere. BEY-03.

That no address shows a trace of them, whoever asks, is tested where every role opens every address:
`tests/test_access.py`.
"""

from datetime import date

import pytest
from django.test import Client as Browser
from django.urls import reverse

from audit.models import Event, EventValues
from organisation.roles import Role
from planning.models import DayPlan
from planning.publishing import packs
from tests.everything import BACKEND, holder
from tests.protected import AFTER, pdf_text, protected_world, traces


@pytest.fixture(scope="module")
def told(django_db_setup, django_db_blocker, tmp_path_factory):
    with django_db_blocker.unblock(), protected_world(tmp_path_factory.mktemp("packs")) as world:
        yield world


@pytest.mark.django_db
def test_who_is_protected_is_not_found_by_name_or_address(told):
    """BEY-03: to find somebody by name tells that they are there."""
    browser = Browser()
    browser.force_login(holder(Role.PLANNER), BACKEND)
    link = reverse("clients:client", args=[told.hidden.pk])
    for typed in ("Ymer", "tallqvist", "Granlöf", "Humlevägen"):
        answer = browser.post(reverse("clients:list"), {"sok": typed})
        assert link not in answer.content.decode(), typed


@pytest.mark.django_db
def test_the_history_says_that_particulars_changed_and_not_to_what(told):
    """BEY-03, SEC-02: the log itself keeps what was said, for whoever must know."""
    browser = Browser()
    browser.force_login(holder(Role.SOCIAL_WORKER), BACKEND)
    page = browser.get(reverse("clients:client", args=[told.hidden.pk])).content.decode()
    assert page.count("Uppgifter ändrades") == 3
    assert "dolt" in page
    kept = EventValues.objects.filter(event__name="change_client")
    assert "Fjärilsgränd 3" in str([row.values for row in kept])


@pytest.mark.django_db
def test_the_editor_meets_the_particulars_and_it_is_logged(told):
    """BEY-03, SEC-02"""
    browser = Browser()
    editor = holder(Role.PLANNER)
    browser.force_login(editor, BACKEND)
    page = browser.get(reverse("clients:change", args=[told.hidden.pk])).content.decode()
    assert AFTER["address"] in page
    event = Event.objects.filter(name="read_protected_client").latest("pk")
    assert (event.actor, event.object_id) == (editor, str(told.hidden.pk))
    browser.force_login(holder(Role.NURSE), BACKEND)
    assert browser.get(reverse("clients:change", args=[told.hidden.pk])).status_code == 403


@pytest.mark.django_db
def test_the_printed_plans_that_named_the_person_are_written_again(told):
    """BEY-03, PLN-18"""
    plan = DayPlan.objects.get(day=date(2020, 1, 1), planned_unit=told.hidden.unit)
    written = list(packs.folder_of(plan.planned_unit, plan.day).glob("*.pdf"))
    assert written
    for path in written:
        assert "Skyddad" in (text := pdf_text(path.read_bytes()))
        assert traces(text) == []
