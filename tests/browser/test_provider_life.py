"""A provider's life by pages and keyboard: from approval to the first follow-up, and to a warning."""

from datetime import date

import pytest
from playwright.sync_api import expect

from organisation import matrix
from procurement.contracts.models import Contract
from procurement.duties import jobs
from procurement.escalations.models import Deviation, InDepthFollowUp
from procurement.followups.models import FollowUp
from procurement.introductions.models import Introduction, ProgrammeStep
from tests.browser.conftest import Desk
from tests.factories import at
from tests.procurement.shortcomings import signed_contract
from tests.procurement.test_introduction import Routine

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"


def test_from_approval_to_the_first_quarterly_follow_up(page, monkeypatch):
    """INT-02, INT-03, INT-07, INT-08, FUP-02, FUP-03, FUP-04, FUP-05"""
    i = Routine()
    matrix.load()
    desk = Desk(page, i.case.pk)
    desk.at_day(monkeypatch, date(2026, 4, 27))
    introduce(desk, i)
    contract = Contract.objects.get()
    assert Introduction.objects.get().state == "finished"
    due = date(2026, 8, 1)  # three months after 1 May
    assert contract.state == "in_force"
    jobs.run(at(date(2026, 6, 22)))
    follow_up = FollowUp.objects.get(duty__due=due, agreement=contract)
    desk.pk = follow_up.pk
    desk.at_day(monkeypatch, date(2026, 6, 22))
    follow(desk, i.r.company.username, monkeypatch)
    follow_up = FollowUp.objects.get(pk=follow_up.pk)
    assert (follow_up.state, follow_up.held_on) == ("documented", date(2026, 7, 20))
    assert follow_up.documents.filter(locked_at__isnull=False).exists()
    page.goto("/arshjul/?ar=2027")
    expect(page.locator("main")).to_contain_text("Avtalsuppföljning")


def introduce(desk: Desk, i: Routine) -> None:
    """Meeting, contact, contract, everything that blocks, start, the rest, the end."""
    desk.log_in(STRATEGIST)
    record(desk, i.step("Möte inför avtalstecknande"))
    desk.do("Utse kontaktperson", person="1")
    desk.do(
        "Teckna avtal",
        choose=("Elektroniskt",),
        chair="Gunnel Tärnhed",
        company_signatory="Leila Hammarvik",
        valid_from="2026-05-01",
        capacity_ceiling_hours="300",
        operations_manager="Bo Ekman",
    )
    expect(desk.page.locator(".kv-missing")).to_contain_text("Träff med MAS")
    for step in Introduction.objects.get().waiting_steps():
        record(desk, step)
    desk.do("Låt utföraren börja", may_start_on="2026-05-01")
    desk.do("Avsluta introduktionen")


def record(desk: Desk, step: ProgrammeStep) -> None:
    """One step of the programme, with everybody there."""
    desk.page.goto(f"/arenden/{desk.pk}/gor/record_step/?step={step.pk}")
    for present in desk.page.locator("input[name=attended]").all():
        present.focus()
        desk.page.keyboard.press("Space")
    desk.page.locator("#id_note").fill("Gicks igenom.")
    desk.press("button", "Registrera moment")
    expect(desk.page.locator(".kv-messages")).to_contain_text("”Registrera moment” är gjort")


def follow(desk: Desk, company: str, monkeypatch) -> None:
    """Booked, asked, answered in the portal, held, assessed, documented."""
    desk.do(
        "Boka uppföljningen",
        choose=("Möte hos utföraren eller kommunen",),
        day_of_meeting="2026-07-20",
        time_of_meeting="13:00",
        place="Stadshuset",
    )
    desk.do("Skicka frågorna till utföraren", until="2026-07-10")
    desk.log_in(company)
    desk.page.goto(f"/portal/{desk.pk}/")
    desk.press("link", "Svara på frågorna")
    for answer in desk.page.locator("textarea").all():
        answer.fill("Vi arbetar enligt avtalet.")
    desk.press("button", "Svara på frågorna")
    expect(desk.page.locator(".kv-messages")).to_contain_text("”Svara på frågorna” är gjort")
    desk.at_day(monkeypatch, date(2026, 7, 20))
    desk.log_in(STRATEGIST)
    desk.do("Registrera genomförd uppföljning", attended="Samira Norrgren\nBo Ekman")
    desk.choose_command("Bedöm frågorna")
    for finding in desk.page.locator("select[name^=f]").all():
        finding.select_option(label="Uppfyllt")
    desk.press("button", "Bedöm frågorna")
    expect(desk.page.locator(".kv-messages")).to_contain_text("”Bedöm frågorna” är gjort")
    desk.do("Dokumentera och avsluta")


def test_from_a_complaint_to_a_warning_by_the_one_who_may(page, monkeypatch):
    """ESC-01, ESC-02, ESC-03, ESC-04, CAP-10"""
    signed_contract()
    desk = Desk(page, 0)
    desk.at_day(monkeypatch, date(2026, 6, 1))
    desk.log_in(STRATEGIST)
    page.goto("/avvikelser/rapportera/")
    page.locator("#id_provider").select_option(index=1)
    for option in ("Klagomål eller synpunkt", "Genomförandeplaner och dokumentation"):
        page.get_by_label(option, exact=True).focus()
        page.keyboard.press("Space")
    page.locator("#id_happened_on").fill("2026-05-29")
    page.locator("#id_description").fill("Genomförandeplaner saknas.")
    desk.press("button", "Rapportera")
    expect(page.locator(".kv-messages")).to_contain_text("AVV-2026-0001")
    desk.pk = Deviation.objects.get().pk
    desk.do("Gradera", choose=("Mindre brist",), reasons="Planer saknas.")
    desk.log_in(DEPUTY)
    desk.do("Besluta om fördjupad uppföljning", reason="Bristen är utbredd.")
    desk.pk = InDepthFollowUp.objects.get().pk
    look_deeper(desk)
    desk.do("Föreslå åtgärd", remedy="1", reasons="Bristen består.")
    expect(page.locator("main")).to_contain_text("Väntar på beslut")
    page.goto(f"/arenden/{desk.pk}/gor/decide_warning/")
    expect(page.locator("main")).to_contain_text("får inte göras enligt delegationsordningen")
    desk.log_in(DEPUTY)
    desk.open_case()
    desk.press("link", "Besluta om varning")
    page.get_by_label("Besluta enligt förslaget").focus()
    page.keyboard.press("Space")
    page.locator("#id_reasons").fill("Enligt förslaget.")
    desk.press("button", "Besluta om varning")
    expect(page.locator(".kv-messages")).to_contain_text("”Besluta om varning” är gjort")
    warning = InDepthFollowUp.objects.get().sanctions.get()
    assert (warning.remedy.step, warning.decided_on) == ("warning", date(2026, 6, 1))
    assert warning.decided_by.username == DEPUTY
    assert warning.document.locked_at
    page.goto(f"/avvikelser/{desk.pk}/kedjan/")
    expect(page.locator("main")).to_contain_text("Varning enligt avsnitt 5.26.1 beslutad")


def look_deeper(desk: Desk) -> None:
    """Plan, responsible, consultation, start, and what was found."""
    desk.log_in(STRATEGIST)
    desk.open_case()
    expect(desk.page.locator(".kv-missing")).to_contain_text("Kommunikationsplan")
    desk.do("Skriv plan", method="Granskning av tio planer.", communication_plan="Vid start.")
    desk.do("Utse ansvarig för en del", part="Granskning", person="1")
    desk.do("Registrera samråd med Omsorg SoL", who="Maria Stålvik", text="Tio planer räcker.")
    desk.do("Starta fördjupad uppföljning")
    desk.do(
        "Registrera iakttagelse",
        choose=("Brist",),
        text="Sex av tio planer saknas.",
    )
