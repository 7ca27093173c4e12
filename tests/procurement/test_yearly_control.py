"""The yearly controls and the recurring meetings. FUP-02, FUP-05, FUP-06."""

from datetime import date, time

import pytest
from django.urls import reverse

from audit.models import Event
from cases import ledger
from cases.models import Document, Notification
from door.refusals import Blocked, NotAllowed, Refused
from organisation.roles import Role
from procurement.controls import commands
from procurement.controls.models import YearlyControl
from procurement.duties import jobs
from procurement.meetings import commands as meetings
from procurement.meetings.models import Meeting
from tests.factories import at, person
from tests.procurement.agreements import contract_with_company, do, with_matrix
from tests.procurement.routine import pdf_file

pytestmark = pytest.mark.django_db
STRATEGIST, LAWYER, DEPUTY = "development-strategist", "investigator-lawyer", "deputy-director"


def opened(about: str):
    """The control of a contract from 1 May 2026: taxes by 1 May 2027, reports by 30 June 2027."""
    with_matrix()
    signed, company = contract_with_company()
    jobs.run(at(date(2027, 5, 20)))
    return YearlyControl.objects.get(agreement=signed, about=about), company


def names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def review(case, kind: str, who: str, day: date, **more) -> None:
    stated = {"done_on": day, "outcome": "passed", **more}
    do(case, commands.ReviewItem(item=case.items.get(kind=kind), **stated), who, day)


def test_taxes_and_credit_are_controlled_once_a_year_by_the_lawyer():
    """FUP-02, FUP-05"""
    case, _ = opened("tax")
    assert (case.responsible.username, case.due_on) == (LAWYER, date(2027, 5, 1))
    with pytest.raises(Blocked, match="Granskning: Kontroll med Skatteverket; Granskning: Kredit"):
        do(case, commands.FinishControl(), LAWYER, date(2027, 5, 21))
    review(case, "tax", LAWYER, date(2027, 5, 21))
    with pytest.raises(Refused, match="Skriv vad anmärkningen"):
        review(case, "credit", LAWYER, date(2027, 5, 21), outcome="failed")
    review(
        case, "credit", LAWYER, date(2027, 5, 21), outcome="failed", note="Betalningsanmärkning."
    )
    assert Notification.objects.filter(user=person(DEPUTY), text__contains="brister i").exists()
    do(case, commands.FinishControl(), LAWYER, date(2027, 5, 24))
    case = YearlyControl.objects.get(pk=case.pk)
    assert case.state == "finished"
    assert names(case) == ["open_control", "review_item", "review_item", "finish_control"]
    document = Document.objects.get(case=case, kind="yearly_control")
    assert document.locked_at
    assert document.facts["looked_at"][1]["reviews"][0]["note"] == "Betalningsanmärkning."


@pytest.mark.both
def test_the_reports_are_asked_for_in_the_portal_reminded_received_and_reviewed_by_both():
    """FUP-02: asked for on 24 May, 30 days: 23 June; reminded ten days before, on 13 June."""
    case, company = opened("reports")
    controller = person(Role.CONTROLLER)
    do(case, commands.RequestReports(), STRATEGIST, date(2027, 5, 24))
    assert case.deadlines.get(rule="yearly_reports").due == date(2027, 6, 23)
    ledger.sweep(at(date(2027, 6, 13)))
    assert (
        Notification.objects.filter(
            user=company, text__contains="Tiden för att lämna verksamhetsberättelse"
        ).count()
        == 1
    )
    with pytest.raises(Refused, match="Verksamhetsberättelse har inte kommit in"):
        review(case, "activity_report", STRATEGIST, date(2027, 6, 14))
    for item in case.items.all():
        sent = commands.SendReport(item=item, file=pdf_file(f"{item.kind}.pdf"))
        do(case, sent, company, date(2027, 6, 15))
    assert case.deadlines.get(rule="yearly_reports").met_on == date(2027, 6, 15)
    review(case, "activity_report", STRATEGIST, date(2027, 6, 16))
    review(case, "annual_accounts", STRATEGIST, date(2027, 6, 16))
    with pytest.raises(Blocked, match="Controllerns granskning av årsredovisningen"):
        do(case, commands.FinishControl(), STRATEGIST, date(2027, 6, 17))
    review(case, "annual_accounts", controller.username, date(2027, 6, 17))
    do(case, commands.FinishControl(), STRATEGIST, date(2027, 6, 18))
    assert YearlyControl.objects.get(pk=case.pk).state == "finished"


def test_a_company_cannot_review_itself():
    """FUP-02, SEC-01"""
    case, company = opened("reports")
    do(case, commands.RequestReports(), STRATEGIST, date(2027, 5, 24))
    with pytest.raises(NotAllowed):
        review(case, "activity_report", company, date(2027, 5, 25))


def test_a_control_is_cancelled_by_the_deputy_director_alone():
    """FUP-02"""
    case, _ = opened("tax")
    with pytest.raises(NotAllowed):
        do(case, commands.CancelControl(why="Avtalet slut."), LAWYER, date(2027, 5, 24))
    do(case, commands.CancelControl(why="Avtalet slut."), DEPUTY, date(2027, 5, 24))
    assert YearlyControl.objects.get(pk=case.pk).state == "cancelled"


# --------------------------------------------------------------------- meetings


def meeting_of(sort: str):
    with_matrix()
    _, company = contract_with_company()
    jobs.run(at(date(2026, 5, 25)))
    return Meeting.objects.get(sort=sort), company


def booking(day: date = date(2026, 6, 10)) -> meetings.BookMeeting:
    return meetings.BookMeeting(
        day_of_meeting=day, time_of_meeting=time(9, 30), place="Stadshuset", agenda="Nytt\nÖvrigt"
    )


def test_the_quarterly_meeting_of_providers_is_booked_and_the_companies_are_let_in(client):
    """FUP-02, FUP-06: due 30 June 2026."""
    case, company = meeting_of("providers")
    assert (case.due_on, case.responsible.username) == (date(2026, 6, 30), DEPUTY)
    with pytest.raises(Refused, match="har passerat"):
        do(case, booking(date(2026, 5, 24)), DEPUTY, date(2026, 5, 26))
    do(case, booking(), DEPUTY, date(2026, 5, 26))
    told = Notification.objects.filter(case=case, text__contains="10 juni 2026 klockan 09.30")
    assert {company.pk, person("section-head").pk} <= set(told.values_list("user", flat=True))
    client.force_login(company, "allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(reverse("portal:case", args=[case.pk]))
    assert "Stadshuset" in page.content.decode()
    feed = client.get(reverse("meetings:invitation", args=[case.pk]))
    assert b"DTSTART;TZID=Europe/Stockholm:20260610T093000" in feed.content or (
        b"DTSTART:20260610T073000Z" in feed.content
    )


def test_the_professions_meet_with_agenda_and_notes_that_are_kept():
    """FUP-06"""
    case, company = meeting_of("internal")
    assert case.points[1] == "Ansvarsfördelning enligt matrisen"
    hold = meetings.HoldMeeting(
        held_on=date(2026, 6, 10),
        attended="Birgitta Lindehall\nSamira Norrgren",
        minutes="Övrigt: Semestrar.",
    )
    with pytest.raises(Refused, match="när ärendet är i läget Ska bokas"):
        do(case, hold, DEPUTY, date(2026, 6, 10))
    do(case, booking(), DEPUTY, date(2026, 5, 26))
    with pytest.raises(Refused, match="inte ligga i framtiden"):
        do(case, hold, DEPUTY, date(2026, 6, 9))
    do(case, hold, DEPUTY, date(2026, 6, 10))
    case = Meeting.objects.get(pk=case.pk)
    assert (case.state, case.closed_on) == ("held", date(2026, 6, 10))
    document = Document.objects.get(case=case, kind="meeting_notes")
    assert (document.facts["minutes"], document.shown_to_company) == ("Övrigt: Semestrar.", False)
    assert names(case) == ["open_meeting", "book_meeting", "hold_meeting"]
    logged = Event.objects.get(
        chain__name=case.chain, name="hold_meeting", kind="change"
    ).values.values
    assert logged["changed"]["state"] == ["booked", "held"]
    assert logged["rewritten"] == ["attended", "minutes"], "SEC-02: what was written is no log line"
    assert "Semestrar" not in str(logged)
    with pytest.raises(NotAllowed):
        do(case, booking(), company, date(2026, 6, 11))
