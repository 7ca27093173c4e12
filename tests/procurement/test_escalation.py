"""Deviations, in-depth follow-ups and remedies, through `perform`. ESC-01 to ESC-04, CAP-10, CAP-17."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases.models import Case, Document, JournalNote, Notification
from cases.permission import permitting
from config.demo.escalations import play
from config.demo.timeline import Timeline
from door.refusals import Blocked, NotAllowed, Refused
from organisation.authority import actor_on
from organisation.models import DelegationRule, Provider, RoleAssignment, User
from organisation.roles import Role
from procurement.contracts.commands import stop_of
from procurement.contracts.models import Contract
from procurement.escalations.chain import chain
from procurement.escalations.commands import deviation, in_depth, measures, remedies
from procurement.escalations.models import Deviation, InDepthFollowUp, SanctionStep
from procurement.followups.models import FollowUp, FollowUpQuestion, QuestionTemplate
from procurement.specifications.models import Remedy
from tests.factories import SINCE, at, person, root_unit, stands_in
from tests.procurement.routine import pdf_file
from tests.procurement.shortcomings import (
    CHAIR,
    DEPUTY,
    DIRECTOR,
    REPORTED,
    STRATEGIST,
    Story,
    signed_contract,
)

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def event_names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def refusals(case) -> list[tuple[str, str]]:
    rows = Event.objects.filter(chain__name=case.chain, kind="refusal").order_by("seq")
    return [(row.name, row.values.values["code"]) for row in rows]


def notes(case) -> list[str]:
    rows = JournalNote.objects.filter(case=case.pk, kind="official").order_by("pk")
    return list(rows.values_list("text", flat=True))


def log_in(client, user):
    client.force_login(user, BACKEND)
    return client


# ------------------------------------------------------------------ deviation


def test_a_reported_deviation_has_a_number_and_waits_to_be_graded():
    """CAP-10"""
    s = Story()
    assert (s.case.state, s.case.number, s.case.agreement) == (
        "reported",
        "AVV-2026-0001",
        s.contract,
    )
    assert s.case.deadlines.get().due == date(2026, 6, 8)  # 1 June + 7 days
    assert event_names(s.case) == ["open_deviation"]
    with pytest.raises(Refused, match="kan inte ligga i framtiden"):
        s.report(happened_on=date(2026, 6, 2))


def test_a_serious_grade_asks_at_once_whether_ivo_is_told():
    """CAP-17 (SoL 27:7)"""
    s = Story()
    s.grade("serious")
    assert (s.case.state, s.case.ivo_is_open) == ("handling", True)
    deadline = s.case.deadlines.get(rule="ivo_report")
    assert (deadline.due, deadline.is_running) == (date(2026, 6, 8), True)
    told = Notification.objects.get(case=s.case, urgent=True)
    assert told.user.username == DEPUTY
    assert "pröva anmälan till IVO" in told.text
    with pytest.raises(Refused, match="Avgör först om den ska anmälas till IVO"):
        s.do(deviation.RegradeDeviation(grade="none", reasons="Ångrar mig."))


@pytest.mark.parametrize("grade", ["none", "minor"])
def test_another_grade_asks_nothing_of_ivo(grade):
    """CAP-17"""
    s = Story()
    s.grade(grade)
    assert not s.case.deadlines.filter(rule="ivo_report").exists()
    s.do(deviation.CloseDeviation(outcome="Planer finns nu."))
    assert (s.case.state, s.case.closed_on) == ("closed", REPORTED)
    assert event_names(s.case) == ["open_deviation", "grade_deviation", "close_deviation"]


def test_a_serious_deviation_is_not_closed_before_the_question_of_ivo_is_answered():
    """CAP-17 (SoL 27:7)"""
    s = Story()
    with pytest.raises(Refused, match="går inte att göra när ärendet är i läget Rapporterad"):
        s.do(deviation.CloseDeviation(outcome="Klart."))
    s.grade("serious")
    with pytest.raises(Blocked, match="Om bristen ska anmälas till IVO"):
        s.do(deviation.CloseDeviation(outcome="Klart."))
    with pytest.raises(Refused, match="kan inte ligga i framtiden"):
        s.do(deviation.ReportToIvo(reported_on=date(2026, 6, 3), number="8.1-1/2026"))
    day = date(2026, 6, 4)
    s.do(deviation.ReportToIvo(reported_on=day, number="8.1-1/2026"), day=day)
    assert s.case.deadlines.get(rule="ivo_report").met_on == day
    assert notes(s.case)[-1].startswith("Anmäld till IVO tors 4 juni 2026 enligt SoL 27 kap. 7 §")
    s.do(deviation.CloseDeviation(outcome="Anmäld."), day=day)
    assert s.case.state == "closed"


@pytest.mark.both
def test_somebody_else_than_the_grader_decides_that_ivo_is_not_told():
    """CAP-17, CAP-08"""
    s = Story()
    s.grade("serious", DEPUTY)
    decision = deviation.DecideNotToReport(why="Rättat samma dag.")
    with pytest.raises(NotAllowed, match="Du har graderat bristen"):
        s.do(decision, DEPUTY)
    with pytest.raises(NotAllowed):
        s.do(decision, STRATEGIST)
    with pytest.raises(Refused, match="Skriv skälen"):
        s.do(deviation.DecideNotToReport(why=" "), DIRECTOR)
    s.do(decision, DIRECTOR)
    assert (s.case.ivo_declined_on, s.case.ivo_is_open) == (REPORTED, False)
    assert refusals(s.case)[:2] == [("decide_not_to_report", "not_allowed")] * 2
    with pytest.raises(IntegrityError), transaction.atomic():
        Deviation.objects.filter(pk=s.case.pk).update(ivo_reported_on=REPORTED)


def test_a_substitute_does_not_get_around_the_four_eyes():
    """CAP-08"""
    s = Story()
    stands_in(person(DIRECTOR), person(DEPUTY), SINCE, date(2026, 12, 31))
    s.grade("serious", DEPUTY)
    decision = deviation.DecideNotToReport
    actor = actor_on(person(DIRECTOR), REPORTED)
    assert not isinstance(permitting(s.case, decision, actor), str)  # their own role
    RoleAssignment.objects.filter(user=person(DIRECTOR)).update(valid_to=date(2026, 1, 1))
    actor = actor_on(User.objects.get(username=DIRECTOR), REPORTED)
    assert "Du har graderat bristen" in permitting(s.case, decision, actor)


def test_the_provider_is_asked_sees_the_question_and_answers_late():
    """CAP-10"""
    s = Story()
    actor = actor_on(s.company, REPORTED)
    assert not Case.objects.filter(pk=s.case.pk).visible_to(actor).exists()
    with pytest.raises(Refused, match="är för snart"):
        s.do(deviation.AskProvider(text="Vad hände?", due=REPORTED))
    s.do(deviation.AskProvider(text="Vad hände?", due=date(2026, 6, 15)))
    assert Case.objects.filter(pk=s.case.pk).visible_to(actor).exists()
    assert Notification.objects.filter(user=s.company, case=s.case).count() == 1
    with pytest.raises(Refused, match="Svaret är tomt"):
        s.do(deviation.AnswerDeviation(text=" "), s.company)
    s.grade()
    with pytest.raises(Blocked, match="Utförarens svar"):
        s.do(deviation.CloseDeviation(outcome="Klart."))
    outcome = s.do(
        deviation.AnswerDeviation(text="Planer är på gång."), s.company, date(2026, 6, 17)
    )
    assert outcome.event.values.values["late"] is True
    question = s.case.questions.get()
    assert (question.was_late, question.answered_by) == (True, s.company)
    assert s.case.deadlines.get(rule="deviation_answer").was_late
    s.do(deviation.CloseDeviation(outcome="Klart."), day=date(2026, 6, 18))


def test_who_reports_sees_their_report_by_name_and_never_answers_for_the_provider(client):
    """CAP-10, SEC-01"""
    Story()
    nurse = person(Role.NURSE, name="Amir Fjällsta")
    provider = Provider.objects.get(name="Fyrbåken Omsorg AB")
    page = log_in(client, nurse).get(reverse("escalations:report"))
    assert page.status_code == 200
    sent = {
        "provider": provider.pk,
        "source": "deviation",
        "area": "execution",
        "happened_on": "2026-11-20",
        "description": "Uteblivet besök.",
        "key": "k1",
    }
    for _ in range(2):  # the same key twice makes one deviation
        answer = client.post(reverse("escalations:report"), sent)
    row = Deviation.objects.get(source="deviation")
    assert answer["Location"] == reverse("escalations:receipt", args=[row.pk])
    assert "Uteblivet besök" in client.get(answer["Location"]).content.decode()
    whole = client.get(reverse("cases:case", args=[row.pk]))
    assert whole["Location"] == answer["Location"]
    assert client.get(reverse("cases:history", args=[row.pk])).status_code == 404
    actor = actor_on(nurse, date(2026, 11, 23))
    assert isinstance(permitting(row, deviation.AnswerDeviation, actor), str)
    tomorrow = clock.today() + timedelta(days=1)
    faulty = client.post(reverse("escalations:report"), {**sent, "happened_on": tomorrow})
    assert faulty.status_code == 422
    assert "kan inte ligga i framtiden" in faulty.content.decode()


def test_the_company_reports_its_own_deviation_and_reads_of_lex_sarah(client):
    """CAP-10, CAP-17 (SoL 27:4)"""
    s = Story()
    log_in(client, s.company)
    address = reverse("escalations:report_own", args=[s.contract.pk])
    assert address in client.get(reverse("portal:case", args=[s.contract.pk])).content.decode()
    answer = client.post(
        address,
        {
            "area": "staff",
            "happened_on": "2026-06-01",
            "description": "Fel läkemedel.",
            "key": "k2",
        },
    )
    row = Deviation.objects.get(source="own")
    assert answer["Location"] == reverse("portal:case", args=[row.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "Fel läkemedel." in page
    assert "27 kap. 4 §" in page
    assert client.get(reverse("portal:case", args=[s.deviation.pk])).status_code == 404
    log_in(client, person(STRATEGIST))
    assert "27 kap. 4 §" in client.get(reverse("cases:case", args=[row.pk])).content.decode()
    assert client.get(address).status_code == 404


# ------------------------------------------------------------------ in-depth follow-up


def test_an_in_depth_follow_up_is_decided_by_the_leaders_and_limited_to_the_area():
    """ESC-01"""
    s = Story()
    s.grade()
    with pytest.raises(NotAllowed):
        s.do(deviation.DecideInDepth(reason="Utbredd brist."), STRATEGIST)
    s.do(deviation.DecideInDepth(reason="Utbredd brist."), DEPUTY)
    case = InDepthFollowUp.objects.get()
    assert (case.state, case.number, case.area) == ("planning", "FUP-2026-0001", "documentation")
    assert list(case.deviations.all()) == [s.deviation]
    assert event_names(case) == ["begin_in_depth"]
    assert "Fördjupad uppföljning beslutad: FUP-2026-0001." in notes(s.case)
    with pytest.raises(Refused, match="FUP-2026-0001 om genomförandeplaner och dokumentation"):
        s.do(deviation.DecideInDepth(reason="Igen."), DEPUTY)
    s.case = case
    with pytest.raises(Refused, match="Ett annat område behöver ett nytt beslut"):
        s.do(in_depth.WritePlan(area="staff", method="Besök.", communication_plan="Brev."))


def test_an_in_depth_follow_up_is_decided_from_a_follow_up_in_an_area_with_a_shortcoming():
    """ESC-01"""
    s = Story()
    follow_up = FollowUp.objects.create(
        kind="follow_up",
        number="UPP-2026-0001",
        state="documented",
        state_since=at(REPORTED),
        opened_at=at(REPORTED),
        title=s.contract.title,
        unit=s.contract.unit,
        provider=s.contract.provider,
        agreement=s.contract,
        level="provider",
        template=QuestionTemplate.objects.in_force("provider"),
        due_on=REPORTED,
        held_on=REPORTED,
        closed_on=REPORTED,
    )
    for order, (area, finding) in enumerate((("staff", "serious"), ("contract", "fulfilled"))):
        FollowUpQuestion.objects.create(
            follow_up=follow_up, order=order, area=area, text="Fråga?", finding=finding
        )
    s.case = follow_up
    decide = in_depth.DecideInDepthAfterFollowUp
    with pytest.raises(Refused, match="ingen brist i det området"):
        s.do(decide(area="contract", reason="Skäl."), DEPUTY)
    s.do(decide(area="staff", reason="Skäl."), DEPUTY)
    found = InDepthFollowUp.objects.get()
    assert (found.area, found.after) == ("staff", follow_up)
    assert "Uppföljning genomförd" in [link.what for link in chain(found)]


@pytest.mark.parametrize(
    ("without", "text"),
    [
        ("area", "Område som uppföljningen begränsas till"),
        ("method", "Plan för hur uppföljningen går till"),
        ("communication_plan", "Kommunikationsplan"),
        ("responsible", "Ansvarig för varje del"),
        ("consultation", "Samråd med Omsorg SoL"),
    ],
)
def test_it_does_not_start_without_each_of_the_five(without, text):
    """ESC-02"""
    s = Story()
    s.deepen()
    if without == "area":
        InDepthFollowUp.objects.filter(pk=s.case.pk).update(area="")
    s.plan(without)
    with pytest.raises(Blocked) as refusal:
        s.do(in_depth.StartInDepth())
    assert [gap.what for gap in refusal.value.missing] == [text]
    assert (s.case.state, s.case.started_on) == ("planning", None)
    assert refusals(s.case) == [("start_in_depth", "blocked")]


@pytest.mark.both
def test_with_all_five_it_starts_and_the_provider_sees_it_but_not_the_plan(client):
    """ESC-02"""
    s = Story()
    s.deepen()
    actor = actor_on(s.company, REPORTED)
    assert not Case.objects.filter(pk=s.case.pk).visible_to(actor).exists()
    with pytest.raises(Refused, match="kan inte ligga i framtiden"):
        s.do(in_depth.RecordConsultation(held_on=date(2026, 6, 2), who="M", text="T"))
    s.plan()
    s.do(in_depth.StartInDepth(), day=date(2026, 6, 5))
    assert (s.case.state, s.case.started_on) == ("running", date(2026, 6, 5))
    assert Notification.objects.filter(user=s.company, case=s.case).exists()
    s.find(text="Hemlig iakttagelse.")
    s.propose()
    page = log_in(client, s.company).get(reverse("portal:case", args=[s.case.pk])).content.decode()
    for hidden in ("Granskning av tio", "Maria Stålvik", "Hemlig", "Varning", "vid start"):
        assert hidden not in page
    assert client.get(reverse("cases:do", args=[s.case.pk, "start_in_depth"])).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        InDepthFollowUp.objects.filter(pk=s.case.pk).update(consulted_on=None)


def test_the_responsible_person_is_told_and_sees_the_case():
    """ESC-02"""
    s = Story()
    s.deepen()
    nurse = person(Role.RESPONSIBLE_NURSE)
    s.do(in_depth.NameAreaResponsible(part="Delegering", person=nurse))
    actor = actor_on(nurse, REPORTED)
    assert Case.objects.filter(pk=s.case.pk).visible_to(actor).exists()
    assert Notification.objects.filter(user=nurse, case=s.case).count() == 1
    with pytest.raises(Refused, match="ansvarar redan"):
        s.do(in_depth.NameAreaResponsible(part="Delegering", person=nurse))


def test_a_finding_is_kept_with_its_evidence_and_a_serious_one_asks_of_ivo():
    """ESC-02, CAP-17"""
    s = Story()
    s.start()
    with pytest.raises(Refused, match="Uppföljningen började"):
        s.find(found_on=date(2026, 6, 1))
    s.find(file=pdf_file("planer.pdf"))
    assert s.case.findings.get().evidence.name == "planer.pdf"
    assert Deviation.objects.count() == 1
    s.find("serious")
    asked = s.case.deviations.exclude(pk=s.deviation.pk).get()
    assert (asked.state, asked.source) == ("reported", "follow_up")
    s.find("serious")  # one that waits to be graded is enough
    assert s.case.deviations.count() == 2


def test_an_action_plan_is_demanded_answered_accepted_and_checked():
    """ESC-04"""
    s = Story()
    s.start()
    with pytest.raises(Blocked, match="En iakttagelse som visar en brist"):
        s.demand()
    s.find()
    s.demand()
    assert s.case.state == "measures"
    assert s.case.deadlines.get(rule="action_plan").due == date(2026, 6, 24)
    plan = s.case.action_plans.get()
    review = measures.ReviewActionPlan
    with pytest.raises(Refused, match="inte lämnat någon plan"):
        s.do(review(plan=plan, accepted="no", reason="Ingen."), day=date(2026, 6, 24))
    with pytest.raises(Refused, match="Planen är tom"):
        s.do(measures.AnswerActionPlan(plan=plan, text=""), s.company, date(2026, 6, 22))
    s.answer_plan()
    plan = s.case.action_plans.get()
    with pytest.raises(Refused, match="vilken dag åtgärderna ska kontrolleras"):
        s.do(review(plan=plan, accepted="yes"), day=date(2026, 6, 23))
    s.do(review(plan=plan, accepted="yes", follow_on=date(2026, 8, 3)), day=date(2026, 6, 23))
    with pytest.raises(Blocked, match="Kontroll av att åtgärdsplanen är genomförd"):
        s.do(in_depth.CloseInDepth(outcome="Klart."), day=date(2026, 6, 24))
    s.do(
        measures.RecordMeasures(
            plan=s.case.action_plans.get(),
            checked_on=date(2026, 8, 3),
            carried_out="yes",
            outcome="Alla planer finns.",
        ),
        day=date(2026, 8, 3),
    )
    assert s.case.deadlines.get(rule="measures_checked").met_on == date(2026, 8, 3)
    s.do(in_depth.CloseInDepth(outcome="Rättat."), day=date(2026, 8, 4))
    assert (s.case.state, s.case.deadlines.running().count()) == ("closed", 0)


def test_an_own_unit_is_held_to_an_action_plan_but_to_no_clause():
    """ESC-01, ESC-04, FUP-02: an internal assignment follows no call document."""
    s = Story(own=True)
    s.start()
    s.find()
    demand = {"text": "Alla får en plan.", "due": date(2026, 6, 30)}
    of_a_company = Remedy.objects.get(step="action_plan")
    with pytest.raises(Refused, match="följer inget förfrågningsunderlag"):
        s.do(measures.DemandActionPlan(remedy=of_a_company, **demand), day=date(2026, 6, 10))
    assert not remedies.ProposeRemedy.fits(s.case)
    s.do(measures.DemandActionPlan(**demand), day=date(2026, 6, 10))
    plan = s.case.action_plans.get()
    assert (plan.remedy, plan.by_clause, s.case.state) == (None, "", "measures")
    assert s.case.deadlines.get(rule="action_plan").due == date(2026, 6, 30)
    assert event_names(s.case)[-1] == "demand_action_plan"


def test_a_remedys_letter_can_be_looked_at_where_no_call_document_holds(client):
    """ESC-04: an internal assignment, or a home after a tender"""
    s = Story(own=True)
    s.start()
    log_in(client, person(STRATEGIST))
    page = client.get(reverse("cases:preview", args=[s.case.pk, "warning"]))
    assert "version saknas" in page.content.decode()


def test_a_plan_that_never_came_is_recorded_and_does_not_stop_the_end():
    """ESC-04"""
    s = Story()
    s.start()
    s.find()
    s.demand()
    day = date(2026, 6, 25)
    s.do(
        measures.ReviewActionPlan(
            plan=s.case.action_plans.get(), accepted="no", reason="Ingen plan kom in."
        ),
        day=day,
    )
    assert s.case.action_plans.get().rejected_on == day
    assert s.case.deadlines.running().filter(rule="action_plan").count() == 0
    s.do(in_depth.CloseInDepth(outcome="Ingen plan."), day=day)


# ------------------------------------------------------------------ remedies


def in_measures() -> Story:
    s = Story()
    s.start()
    s.find()
    return s


def test_a_warning_is_decided_by_the_delegate_as_a_locked_document():
    """ESC-03, ESC-04"""
    s = in_measures()
    s.propose()
    assert Notification.objects.filter(user=person(DEPUTY), case=s.case, urgent=True).exists()
    s.decide()
    row = s.case.sanctions.get()
    assert (row.decided_on, row.decided_by.username, row.decided_as) == (
        date(2026, 6, 12),
        DEPUTY,
        "Biträdande socialdirektör",
    )
    document = Document.objects.get(case=s.case, kind="warning")
    assert document == row.document
    assert document.locked_at
    assert document.shown_to_company
    assert (document.facts["clause"], document.facts["findings"]) == (
        "5.26.1",
        ["Brist, tis 9 juni 2026: Sex av tio planer saknas."],
    )
    assert event_names(s.case)[-1] == "decide_warning"
    assert notes(s.case)[-1] == "Varning beslutad enligt avsnitt 5.26.1."
    assert s.case.deadlines.get(rule="remedy_decision").met_on == date(2026, 6, 12)


@pytest.mark.parametrize("step", ["warning", "rescission"])
def test_a_decision_by_somebody_without_delegation_is_refused_and_logged(step):
    """ESC-03"""
    s = in_measures()
    s.propose(step)
    with pytest.raises(NotAllowed, match="enligt delegationsordningen"):
        s.decide(step, DIRECTOR)
    assert s.case.sanctions.get().decided_on is None
    assert refusals(s.case) == [(f"decide_{step}", "not_allowed")]
    assert not Document.objects.filter(case=s.case).exists()


def test_who_may_decide_follows_the_delegation_of_that_day():
    """ESC-03"""
    s = in_measures()
    s.propose()
    rule = DelegationRule.objects.get(code="warning")
    rule.valid_to = date(2026, 6, 11)
    rule.save()
    DelegationRule.objects.create(
        code="warning", label="Varning", role=Role.DIRECTOR, valid_from=date(2026, 6, 12)
    )
    with pytest.raises(NotAllowed):
        s.decide(who=DEPUTY)
    s.decide(who=DIRECTOR)
    assert s.case.sanctions.get().decided_as == "Socialdirektör"


@pytest.mark.both
def test_the_proposer_does_not_decide():
    """ESC-03, CAP-08"""
    s = in_measures()
    s.propose(who=DEPUTY)
    with pytest.raises(NotAllowed, match="Du har föreslagit åtgärden"):
        s.decide(who=DEPUTY)
    row = s.case.sanctions.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        SanctionStep.objects.filter(pk=row.pk).update(
            decided_on=date(2026, 6, 12), decided_by=person(DEPUTY)
        )


def test_a_remedy_of_another_version_of_the_call_document_is_refused():
    """ESC-04"""
    s = in_measures()
    other = type(s.contract.specification).objects.create(number=2, valid_from=date(2026, 6, 1))
    for step, verb in (("warning", "propose"), ("action_plan", "demand")):
        remedy = Remedy.objects.create(specification=other, step=step, clause="9.1", text="Ny.")
        command = (
            remedies.ProposeRemedy(remedy=remedy, reasons="Skäl.")
            if verb == "propose"
            else measures.DemandActionPlan(remedy=remedy, text="Text.", due=date(2026, 7, 1))
        )
        with pytest.raises(Refused, match=r"står i version 2 .* följer version 1"):
            s.do(command, day=date(2026, 6, 10))
    assert not s.case.sanctions.exists()


def test_a_penalty_needs_its_amount_and_a_warning_has_none():
    """ESC-04"""
    s = in_measures()
    with pytest.raises(Refused, match="Ett vite behöver ett belopp"):
        s.propose("penalty", amount_kr=None)
    with pytest.raises(Refused, match="Lämna fältet tomt"):
        s.propose("warning", amount_kr=100)
    s.propose("penalty", amount_kr=15000)
    with pytest.raises(Refused, match="väntar redan på beslut"):
        s.propose("penalty", amount_kr=15000)
    s.decide("penalty")
    assert Document.objects.get(case=s.case, kind="penalty").facts["amount"] == "15 000"


def test_withheld_payment_is_decided_by_its_own_line_of_the_delegation():
    """ESC-03"""
    s = in_measures()
    s.propose("withheld_payment")
    with pytest.raises(Refused, match="går inte att göra"):
        s.decide("penalty")
    s.decide("withheld_payment")
    assert event_names(s.case)[-1] == "decide_withheld_payment"


def test_a_declined_proposal_has_its_reasons_and_no_document():
    """ESC-03"""
    s = in_measures()
    s.propose()
    with pytest.raises(Blocked, match="Beslut om varning"):
        s.do(in_depth.CloseInDepth(outcome="Klart."), day=date(2026, 6, 11))
    s.decide(outcome="declined", reasons="En åtgärdsplan räcker.")
    row = s.case.sanctions.get()
    assert (row.declined_on, row.decided_on) == (date(2026, 6, 12), None)
    assert not Document.objects.filter(case=s.case).exists()
    s.do(in_depth.CloseInDepth(outcome="Klart."), day=date(2026, 6, 13))
    assert s.case.state == "closed"


@pytest.mark.both
def test_rescission_ends_the_contract_stops_new_persons_and_takes_back_access():
    """ESC-03, INT-08, BEY-02"""
    s = in_measures()
    administrator = person(Role.VIVA_ADMINISTRATOR)
    s.propose("rescission")
    with pytest.raises(NotAllowed):
        s.decide("rescission", DEPUTY)
    with pytest.raises(Refused, match="kan hävas tidigast i dag"):
        s.decide("rescission", CHAIR, last_day=date(2026, 6, 11))
    s.decide("rescission", CHAIR)
    contract = Contract.objects.get()
    assert (contract.state, contract.closed_on) == ("ended", date(2026, 6, 30))
    assert event_names(contract)[-2:] == ["stop_new_persons", "rescind_contract"]
    assert stop_of(contract).endswith("Avtalet är hävt.")
    assert Notification.objects.filter(user=administrator, text__contains="Ta tillbaka").exists()
    document = Document.objects.get(case=s.case, kind="rescission")
    assert document.facts["last_day"] == "2026-06-30"
    with pytest.raises(Refused):
        s.propose("warning", day=date(2026, 6, 13))


def test_new_persons_are_stopped_and_let_in_again_by_the_leaders():
    """BEY-02"""
    s = in_measures()
    day = date(2026, 6, 10)
    with pytest.raises(NotAllowed):
        s.do(measures.StopNewPersons(reason="Bemanning."), day=day)
    s.do(measures.StopNewPersons(reason="För få medarbetare."), DEPUTY, day)
    contract = Contract.objects.get()
    assert stop_of(contract) == "stopp sedan ons 10 juni 2026. För få medarbetare."
    with pytest.raises(Refused):
        s.do(measures.StopNewPersons(reason="Igen."), DEPUTY, day)
    s.do(measures.LiftStop(reason="Bemannat."), DEPUTY, day + timedelta(days=5))
    assert stop_of(contract) == ""
    assert event_names(contract)[-2:] == ["stop_new_persons", "lift_stop"]


# ------------------------------------------------------------------ the chain


def whole_chain() -> Story:
    """From complaint to rescission, with everything on the way."""
    s = Story()
    s.do(deviation.AskProvider(text="Vad hände?", due=date(2026, 6, 15)))
    s.do(deviation.AnswerDeviation(text="Vi rättar."), s.company, date(2026, 6, 2))
    s.grade("serious", day=date(2026, 6, 2))
    s.do(deviation.ReportToIvo(reported_on=date(2026, 6, 2), number="8.1-7"), day=date(2026, 6, 2))
    s.do(deviation.DecideInDepth(reason="Utbredd."), DEPUTY, date(2026, 6, 3))
    s.case = InDepthFollowUp.objects.get()
    s.plan()
    s.do(in_depth.StartInDepth(), day=date(2026, 6, 5))
    s.find(file=pdf_file("planer.pdf"))
    s.demand()
    s.answer_plan()
    s.do(
        measures.ReviewActionPlan(plan=s.case.action_plans.get(), accepted="no", reason="För vag."),
        day=date(2026, 6, 23),
    )
    s.propose(day=date(2026, 6, 23))
    s.decide(day=date(2026, 6, 24))
    s.do(measures.StopNewPersons(reason="Bemanning."), DEPUTY, date(2026, 6, 25))
    s.propose("rescission", day=date(2026, 6, 26))
    s.decide("rescission", CHAIR, day=date(2026, 6, 29))
    s.do(in_depth.CloseInDepth(outcome="Hävt."), day=date(2026, 7, 1))
    return s


def test_the_chain_shows_everything_in_order_of_time_and_as_one_document(client):
    """CAP-10"""
    s = whole_chain()
    links = chain(s.case)
    assert [link.what for link in links] == [
        "Klagomål eller synpunkt om genomförandeplaner och dokumentation",
        "Utföraren ska svara senast mån 15 juni 2026",
        "Graderad: allvarlig brist",
        "Utföraren svarade",
        "Anmäld till IVO (SoL 27 kap. 7 §)",
        "Fördjupad uppföljning beslutad, begränsad till genomförandeplaner och dokumentation",
        "Plan",
        "Kommunikationsplan",
        "Ansvarig utsedd",
        "Samråd med Omsorg SoL",
        "Den fördjupade uppföljningen började",
        "Iakttagelse: brist",
        "Åtgärdsplan begärd enligt avsnitt 5.26.1.1, senast ons 24 juni 2026",
        "Åtgärdsplanen lämnades",
        "Åtgärdsplanen godtogs inte",
        "Varning enligt avsnitt 5.26.1 föreslagen",
        "Varning enligt avsnitt 5.26.1 beslutad",
        "Stopp för nya personer",
        "Hävning enligt avsnitt 5.26.1.5 föreslagen",
        "Hävning enligt avsnitt 5.26.1.5 beslutad",
        "Avtalets sista dag",
        "Den fördjupade uppföljningen avslutad",
    ]
    decided = next(link for link in links if link.what.startswith("Varning") and link.document)
    assert decided.who == "Birgitta Lindehall, Biträdande socialdirektör"
    s.do(in_depth.MakeChainDocument(), day=date(2026, 7, 2))
    document = Document.objects.get(case=s.case, kind="chain")
    assert document.locked_at
    assert [row["what"] for row in document.facts["links"]] == [link.what for link in links]
    page = log_in(client, person(STRATEGIST)).get(reverse("escalations:chain", args=[s.case.pk]))
    text = page.content.decode()
    for wanted in ("planer.pdf", "Varning, version 1", "8.1-7", "Gunnel Tärnhed"):
        assert wanted in text
    assert client.get(reverse("escalations:chain", args=[s.deviation.pk])).status_code == 404
    log_in(client, s.company)
    assert client.get(reverse("escalations:chain", args=[s.case.pk])).status_code == 403


def test_the_pages_of_the_cases_show_what_waits_and_for_whom(client):
    """ESC-02, CAP-17"""
    s = Story()
    s.grade("serious")
    log_in(client, person(STRATEGIST))
    page = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()
    assert "pröva anmälan till IVO" in page
    s.do(deviation.DecideInDepth(reason="Utbredd."), DEPUTY)
    s.case = InDepthFollowUp.objects.get()
    page = client.get(reverse("cases:case", args=[s.case.pk])).content.decode()
    assert "Samråd med Omsorg SoL" in page
    s.plan()
    s.do(in_depth.StartInDepth(), day=date(2026, 6, 5))
    s.find()
    s.propose()
    log_in(client, person(DEPUTY))
    overview = client.get(reverse("cases:overview")).content.decode()
    assert "Beslut om varning" in overview
    assert "Om bristen ska anmälas till IVO" in overview
    form = client.get(reverse("cases:do", args=[s.case.pk, "decide_warning"])).content.decode()
    assert "Besluta enligt förslaget" in form
    for name in (
        "propose_remedy",
        "demand_action_plan",
        "record_finding",
        "write_plan",
        "name_area_responsible",
        "connect_deviation",
    ):
        assert client.get(reverse("cases:do", args=[s.case.pk, name])).status_code == 200
    preview = client.get(reverse("cases:preview", args=[s.case.pk, "rescission"]))
    assert "åtgärd saknas" in preview.content.decode()


def test_another_deviation_of_the_provider_is_connected_and_no_other_providers():
    """CAP-10"""
    s = Story()
    s.deepen()
    second = s.report()
    s.do(in_depth.ConnectDeviation(deviation=second))
    assert s.case.deviations.count() == 2
    third = s.report()
    Deviation.objects.filter(pk=third.pk).update(agreement=None)
    third.refresh_from_db()
    s.report()  # one that could be connected
    with pytest.raises(Refused, match="gäller ett annat avtal"):
        s.do(in_depth.ConnectDeviation(deviation=third))


def test_a_reader_in_a_unit_beside_sees_neither():
    """SEC-01"""
    from organisation.models import Unit

    s = Story()
    s.deepen()
    other = Unit.objects.create(name="Barn och unga", valid_from=SINCE)
    stranger = actor_on(person(STRATEGIST, other, "Ann Främby", "stranger"), REPORTED)
    assert root_unit() != other
    assert not Case.objects.filter(kind__in=["deviation", "in_depth"]).visible_to(stranger).exists()


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2026, 9, 5), date(2027, 1, 7)])
def test_the_demo_leaves_a_new_deviation_an_open_question_of_ivo_and_a_waiting_warning(today):
    """ESC-03, CAP-17"""
    contract, _ = signed_contract()
    logins = ("planner", "social-worker", "first-social-worker", STRATEGIST, DEPUTY)
    people = {login: person(login) for login in logins}
    timeline = Timeline(today)
    play(people, today, timeline, warned=contract.title, serious=contract.title)
    timeline.run()
    states = Deviation.objects.order_by("pk").values_list("state", "grade")
    assert list(states) == [("handling", "minor"), ("handling", "serious"), ("reported", "")]
    assert Deviation.objects.get(grade="serious").ivo_is_open
    assert Deviation.objects.get(grade="minor").questions.get().was_late
    case = InDepthFollowUp.objects.get()
    waiting = case.sanctions.get(decided_on=None, declined_on=None)
    assert (case.state, str(waiting)) == ("measures", "Varning (5.26.1)")
    assert Notification.objects.filter(user=people[DEPUTY], case=case, urgent=True).exists()
    again = Timeline(today)
    play(people, today, again, warned=contract.title, serious=contract.title)
    assert again.deeds == []
