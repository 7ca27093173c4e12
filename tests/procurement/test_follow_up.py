"""A follow-up from the wheel to its document: asked, answered, held, judged, mended. FUP-02 to FUP-05."""

from datetime import date, time

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases import ledger
from cases.models import Document, JournalNote, Notification
from door.performing import perform
from door.refusals import Blocked, NotAllowed, Refused
from organisation.roles import Role
from procurement.duties import jobs
from procurement.followups import commands
from procurement.followups.models import FollowUp, QuestionTemplate
from procurement.templating.commands import TemplateDrafted, TemplatePublished
from tests.cases.test_overview import log_in
from tests.factories import at, person
from tests.procurement.agreements import contract, contract_with_company, do, with_matrix
from tests.reached import reached_once

pytestmark = pytest.mark.django_db
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"
OPENED = date(2026, 6, 22)
"""A Monday; the first follow-up of a contract from 1 May is due on 1 August."""


@reached_once
class Routine:
    """The first follow-up of a contract, opened by the wheel on 22 June 2026."""

    def __init__(self):
        with_matrix()
        self.contract, self.company = contract_with_company()
        jobs.run(at(OPENED))
        self.case = FollowUp.objects.get(agreement=self.contract)

    def do(self, command, who=STRATEGIST, day: date = date(2026, 6, 29)):
        do(self.case, command, who, day)
        self.case = FollowUp.objects.get(pk=self.case.pk)

    def ask(self) -> None:
        self.do(commands.SendQuestions(until=date(2026, 7, 17)))

    def answer(self, day: date = date(2026, 7, 6), **which) -> None:
        rows = self.case.questions.filter(asked=True, **which)
        texts = {row.pk: f"Så här gör vi: {row.order}." for row in rows}
        self.do(commands.AnswerQuestions(answers=texts), self.company, day)

    def hold(self, day: date = date(2026, 7, 20)) -> None:
        stated = {"place": "Stadshuset", "attended": "Leila Hammarvik, vd\nSamira Norrgren"}
        self.do(commands.HoldFollowUp(held_on=day, **stated), day=day)

    def judge(self, day: date = date(2026, 7, 21), **by_area) -> None:
        findings = {}
        for row in self.case.questions.all():
            finding = by_area.get(row.area, "fulfilled")
            bad = finding in ("minor", "serious")
            findings[row.pk] = (
                finding,
                "Planer saknas i två ärenden." if bad else "",
                date(2026, 8, 31) if bad else None,
            )
        self.do(commands.RecordFindings(findings=findings), day=day)

    def documented(self, **by_area) -> "Routine":
        self.ask()
        self.answer()
        self.hold()
        self.judge(**by_area)
        self.do(commands.DocumentFollowUp(), day=date(2026, 7, 22))
        return self


def names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def test_the_questions_are_those_of_the_routines_areas_on_each_level():
    """FUP-03"""
    r = Routine()
    assert {row.area for row in r.case.questions.all()} == {
        "contract",
        "management",
        "staff",
        "documentation",
        "data_protection",
    }
    system = QuestionTemplate.objects.in_force("system")
    assert [row.area for row in system.questions.all()] == [
        "specification",
        "guarantees",
        "economy",
    ]
    people = QuestionTemplate.objects.in_force("person")
    assert [row.area for row in people.questions.all()] == ["execution", "documentation"]


def test_from_the_wheel_to_a_registered_document_with_when_where_who_what_and_answers():
    """FUP-04"""
    r = Routine().documented()
    assert (r.case.state, r.case.closed_on, r.case.held_on) == (
        "documented",
        date(2026, 7, 22),
        date(2026, 7, 20),
    )
    assert names(r.case) == [
        "open_follow_up",
        "send_questions",
        "answer_questions",
        "hold_follow_up",
        "record_findings",
        "document_follow_up",
    ]
    document = Document.objects.get(case=r.case, kind="follow_up")
    assert document.locked_at
    assert document.facts["held_on"] == "2026-07-20"
    assert document.facts["place"] == "Stadshuset"
    assert document.facts["attended"] == ["Leila Hammarvik, vd", "Samira Norrgren"]
    assert document.facts["questions"][0]["answer"] == "Så här gör vi: 1."
    note = JournalNote.objects.get(case=r.case, kind="official")
    assert (note.text, note.document) == ("Uppföljning genomförd 2026-07-20.", document)
    duty = r.case.deadlines.get(rule="duty")
    assert (duty.due, duty.met_on) == (date(2026, 8, 1), date(2026, 7, 20))


def test_the_log_keeps_which_questions_were_answered_and_how_each_was_judged_and_no_words():
    """CAP-08, FUP-04"""
    r = Routine()
    r.ask()
    r.answer()
    r.hold()
    r.judge(staff="minor")
    rows = Event.objects.filter(chain__name=r.case.chain, kind="change")
    kept = {row.name: row.values.values for row in rows.select_related("values")}
    answered = r.case.questions.filter(asked=True).order_by("pk")
    assert kept["answer_questions"]["answers"] == list(answered.values_list("pk", flat=True))
    found = {str(row.pk): row.finding for row in r.case.questions.all()}
    assert kept["record_findings"]["findings"] == found
    assert "minor" in found.values()
    assert "Så här gör vi" not in str(kept)
    assert "Planer saknas" not in str(kept)


def test_it_is_not_documented_before_every_question_is_judged():
    """FUP-03, FUP-04"""
    r = Routine()
    r.hold()
    total = r.case.questions.count()
    with pytest.raises(Blocked, match=f"Bedömning av {total} av {total} frågor"):
        r.do(commands.DocumentFollowUp(), day=date(2026, 7, 22))
    assert r.case.state == "held"
    assert not Document.objects.filter(case=r.case).exists()


def test_an_answer_after_the_closing_day_is_refused_and_what_was_answered_stays():
    """FUP-04: the last day is 17 July."""
    r = Routine()
    r.ask()
    first = r.case.questions.filter(asked=True).first()
    r.answer(date(2026, 7, 17), pk=first.pk)
    with pytest.raises(Refused, match="Sista dagen att svara var fre 17 juli 2026"):
        r.answer(date(2026, 7, 18))
    answered = r.case.questions.exclude(answer="")
    assert [row.pk for row in answered] == [first.pk]
    r.do(commands.ProlongAnswers(until=date(2026, 7, 24)), day=date(2026, 7, 20))
    r.answer(date(2026, 7, 24))
    assert r.case.answered_on == date(2026, 7, 24)


def test_the_company_is_reminded_five_days_before_and_nobody_else_of_its_answers():
    """FUP-04: 17 July less five days is 12 July."""
    r = Routine()
    r.ask()
    ledger.sweep(at(date(2026, 7, 12)))
    reminded = Notification.objects.filter(text__contains="besvara uppföljningens frågor går ut")
    assert [row.user for row in reminded] == [r.company]


def test_another_company_neither_sees_nor_answers():
    """SEC-01, FUP-04"""
    from tests.procurement.routine import company

    r = Routine()
    r.ask()
    _, stranger = company("Måsholmens Omsorg AB", "5599991022")
    with pytest.raises(NotAllowed, match="inte tillgång"):
        do(r.case, commands.AnswerQuestions(answers={}), stranger, date(2026, 7, 1))


def test_in_writing_is_refused_in_the_first_year_and_twice_in_a_later_one():
    """FUP-02: the first follow-up comes three months after the contract's first day."""
    r = Routine()
    written = commands.BookFollowUp(held_as="written", day_of_meeting=date(2026, 7, 20))
    with pytest.raises(Refused, match="första år hålls uppföljningen som ett möte"):
        r.do(written)
    assert r.case.held_as == "visit"
    jobs.run(at(date(2028, 4, 1)))
    later = {case.duty.ordinal: case for case in FollowUp.objects.filter(agreement=r.contract)}
    booked = commands.BookFollowUp(held_as="written", day_of_meeting=date(2028, 4, 10))
    do(later[18], booked, STRATEGIST, date(2028, 4, 3))
    with pytest.raises(Refused, match="i det här avtalsåret är redan skriftlig"):
        do(later[24], booked, STRATEGIST, date(2028, 4, 3))


def test_a_booked_meeting_is_told_to_the_company_and_the_first_social_worker():
    """FUP-04"""
    r = Routine()
    first = person(Role.FIRST_SOCIAL_WORKER)
    r.do(
        commands.BookFollowUp(
            held_as="visit",
            day_of_meeting=date(2026, 7, 20),
            time_of_meeting=time(13),
            place="Stadshuset",
        )
    )
    told = set(
        Notification.objects.filter(text__contains="20 juli 2026 klockan 13.00").values_list(
            "user", flat=True
        )
    )
    assert told == {first.pk, r.company.pk}
    with pytest.raises(Refused, match="har passerat"):
        r.do(
            commands.BookFollowUp(
                held_as="visit",
                day_of_meeting=date(2026, 7, 1),
                time_of_meeting=time(13),
                place="Rum 1",
            ),
            day=date(2026, 7, 2),
        )


def test_a_shortcoming_has_a_day_is_watched_and_is_mended():
    """FUP-03, FUP-04"""
    r = Routine()
    r.hold()
    row = r.case.questions.filter(area="documentation").first()
    with pytest.raises(Refused, match="Till en brist hör vad den är"):
        r.do(commands.RecordFindings(findings={row.pk: ("minor", "", None)}), day=date(2026, 7, 21))
    r.judge(documentation="minor")
    r.do(commands.DocumentFollowUp(), day=date(2026, 7, 22))
    row.refresh_from_db()
    deadline = r.case.deadlines.get(rule="finding_mended", about=f"question:{row.pk}")
    assert deadline.due == date(2026, 8, 31)
    mended = commands.RecordMended(question=row, mended_on=date(2026, 8, 20))
    r.do(mended, day=date(2026, 8, 20))
    deadline.refresh_from_db()
    assert deadline.met_on == date(2026, 8, 20)
    with pytest.raises(Refused, match="redan rättad"):
        r.do(mended, day=date(2026, 8, 21))


def test_a_template_changed_while_in_use_leaves_what_has_begun_alone():
    """FUP-03"""
    r = Routine()
    before = [row.text for row in r.case.questions.all()]
    user = person(DEPUTY)
    new = QuestionTemplate(kind="provider")
    draft = perform(new, TemplateDrafted(), user, at=at(OPENED)).subject
    draft.questions.exclude(pk=draft.questions.first().pk).delete()
    perform(draft, TemplatePublished(), user, at=at(OPENED))
    assert [row.text for row in r.case.questions.all()] == before
    jobs.run(at(date(2026, 10, 1)))
    later = FollowUp.objects.get(agreement=r.contract, duty__ordinal=6)
    assert later.questions.count() == 1
    assert later.template.number == 2


def test_it_is_cancelled_by_the_deputy_director_alone_with_a_reason():
    """FUP-02"""
    r = Routine()
    cancel = commands.CancelFollowUp(why="Avtalet har upphört.")
    with pytest.raises(NotAllowed):
        r.do(cancel)
    r.do(cancel, DEPUTY)
    assert (r.case.state, r.case.deadlines.running().count()) == ("cancelled", 0)


def test_providers_are_compared_own_units_among_them_and_over_the_years(client, monkeypatch):
    """FUP-02, FUP-03"""
    r = Routine().documented(documentation="serious")
    contract("Hemtjänst Norr", own=True)
    monkeypatch.setattr(clock, "now", lambda: at(date(2026, 9, 1)))
    log_in(client, Role.DEPUTY_DIRECTOR)
    response = client.get(reverse("followups:comparison"))
    company, own = response.context["providers"]
    assert (company.contract.title, own.contract.title) == (r.contract.title, "Hemtjänst Norr")
    assert company.latest["documentation"] == "serious"
    assert company.open_findings["documentation"] == 2
    # Nine questions, two of them about documentation: seven ninths are met.
    assert [(point.day, point.percent) for point in company.points] == [(date(2026, 7, 20), 78)]
    assert own.points == []


def test_the_company_answers_in_the_portal_and_reads_the_findings_when_documented(
    client, monkeypatch
):
    """FUP-04, SEC-01"""
    r = Routine()
    monkeypatch.setattr(clock, "now", lambda: at(date(2026, 7, 6)))
    client.force_login(r.company, "allauth.account.auth_backends.AuthenticationBackend")
    address = reverse("portal:case", args=[r.case.pk])
    assert client.get(address).status_code == 404  # planned: nothing to do for the company yet
    r.ask()
    assert client.get(address).status_code == 200
    form = reverse("cases:do", args=[r.case.pk, "answer_questions"])
    texts = {f"q{row.pk}": "Så här." for row in r.case.questions.filter(asked=True)}
    sent = client.post(form, {**texts, "version": FollowUp.objects.get().version, "key": "k"})
    assert sent.status_code == 302
    r.case = FollowUp.objects.get()
    assert r.case.answered_on == date(2026, 7, 6)
    r.hold()
    r.judge(staff="minor")
    assert "Planer saknas" not in client.get(address).content.decode()
    r.do(commands.DocumentFollowUp(), day=date(2026, 7, 22))
    page = client.get(address).content.decode()
    assert "Planer saknas i två ärenden." in page
    document = Document.objects.get(case=r.case, kind="follow_up")
    assert client.get(reverse("cases:document", args=[document.pk])).status_code == 200
