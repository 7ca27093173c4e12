"""Every page that the demo's people can reach by links: no axe violations, usable at 320 px.

On SQLite, as `make run` has it. `python -m bench.pages` looks at more pages of each kind, and longer.
"""

import os
import re
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from cases.models import Notification
from organisation.models import User
from procurement.applications.models import ProviderApplication
from tests.browser.conftest import log_in

State = ProviderApplication.State

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = (
    "/", "/konto/logga-in/", "/portal/registrera/", "/underlag/gallande/", "/utforare/valj/",
)  # fmt: skip
ROLES = (
    "deputy-director", "committee-secretary", "viva-administrator", "auditor", "applicant",
    "provider-manager", "controller", "hsa-officer", "social-worker", "planner",
)  # fmt: skip
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,  # style sheets and films once more, for rules that no page here has a use for
}
AT_LENGTH = int(os.environ.get("KUNDVAL_PAGES_OF_A_KIND", "0"))
DROPPED = """all => all.filter(each => each.value !== each.getAttribute("value"))
    .map(each => each.outerHTML)"""
"""Fields whose kind refuses what the page fills in: saved, they would be empty."""
PER_KIND = AT_LENGTH or 2
"""Pages of the same kind (addresses alike but for their numbers) that are looked at, whoever is logged in."""
AGAIN = RULES if AT_LENGTH else RULES | {"rules": {"color-contrast": {"enabled": False}}}
"""For the second of a kind: contrast takes most of the time, and colours are the style sheet's."""


@pytest.mark.long
def test_every_page_of_the_demo_is_accessible_and_fits_a_narrow_screen(page):
    """CAP-15"""
    call_command("demo", only="essential")
    there = ProviderApplication.objects.count()
    call_command("demo", only="essential")
    assert ProviderApplication.objects.count() == there  # loaded twice, there once
    assert set(ProviderApplication.objects.values_list("state", flat=True)) == set(State.values)
    page.add_init_script(Axe().axe_script)  # with every page, rather than sent to each
    faults: list[str] = shut_doors()
    seen: dict[str, int] = {}
    for path in PUBLIC:
        look(page, path, faults)
    for role in ROLES:
        page.context.clear_cookies()
        log_in(page, role, settings.DEMO_PASSWORD)
        crawl(page, "/hem/", faults, seen)
    assert len(seen) > 30
    assert faults == []


def shut_doors() -> list[str]:
    """What the demo's people are told of and may not open: messages, and what waits for them.

    SEC-01, INT-08. One of a kind for each person.
    """
    told = {
        (row.user_id, row.case.kind, row.case.state, bool(row.leads_to)): row
        for row in Notification.objects.filter(case__isnull=False).select_related("user", "case")
    }
    shut = []
    for user in User.objects.filter(is_active=True):
        client = Client()
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        mine = [row for key, row in told.items() if key[0] == user.pk]
        opened = [client.post(reverse("cases:inbox"), {"open": row.pk}) for row in mine]
        doors = [(row.text, client.get(to.url)) for row, to in zip(mine, opened, strict=True)]
        shut += [
            f"{user}: {row.text}"
            for row, to in zip(mine, opened, strict=True)
            if to.url == reverse("cases:inbox")
        ]
        tasks = (client.get(reverse("cases:overview")).context or {}).get("tasks", [])
        doors += [(task.text, client.get(task.address)) for task in tasks if task.address]
        shut += [f"{user}: {text}" for text, answer in doors if answer.status_code != 200]
    return shut


def crawl(page: Page, start: str, faults: list[str], seen: dict[str, int]) -> None:
    """Follow links from `start`; a kind of page that has been seen often enough is passed by."""
    waiting, done = [start], set()
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(r"\d+|[0-9a-f-]{36}", "#", urlsplit(path).path)
        if path in done or (path != start and seen.get(kind, 0) >= PER_KIND):
            continue
        done.add(path)
        rules = AGAIN if kind in seen and path != start else RULES
        seen[kind] = seen.get(kind, 0) + 1
        waiting += look(page, path, faults, rules)


def look(page: Page, path: str, faults: list[str], rules: dict = RULES) -> list[str]:
    """Check one page at both widths. Returns the pages it leads to."""
    page.set_viewport_size({"width": 1440, "height": 900})
    answer = page.goto(path)
    if answer.status != 200:
        faults.append(f"{path}: {answer.status}")
        return []
    violations = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    faults += [
        f"{path}: {violation['id']} {violation['nodes'][0]['html'][:120]}"
        for violation in violations
    ]
    dropped = page.eval_on_selector_all("input[value]", DROPPED)
    faults += [f"{path}: a browser does not show what is filled in: {each}" for each in dropped]
    links = page.eval_on_selector_all(
        "main a[href], nav a[href]",
        "all => all.map(a => new URL(a.getAttribute('href'), document.baseURI).href)",
    )
    page.set_viewport_size({"width": 320, "height": 700})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 320:
        faults.append(f"{path}: {width} px wide at 320 px")
    return [path for link in links if (path := _page(link))]


def _page(link: str) -> str:
    """The path of a link to a page of the product; nothing for files and for leaving."""
    parts = urlsplit(link)
    if parts.hostname != "localhost" or re.search(
        r"\.(pdf|xlsx|ics)\?|/bilaga/|/excel/|excel=1|/parm/|/demo/|/logga-ut/|koder/fil|format=",
        f"{parts.path}?{parts.query}",
    ):
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")
