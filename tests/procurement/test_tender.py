"""A tender of residential care through `perform`: written, asked about, awarded, signed, introduced."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from audit.act import Act
from audit.models import Event
from cases import ledger
from cases.models import Case, CaseUserObjectPermission, Document, JournalNote, Notification
from cases.pages import overview
from config.demo import tenders
from config.demo.people import load_people
from config.demo.timeline import Timeline
from door.performing import perform
from door.refusals import Blocked, NotAllowed, Refused
from organisation import matrix
from organisation.authority import actor_on
from organisation.models import Provider, Unit
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.duties import jobs
from procurement.duties.models import Duty
from procurement.introductions.commands import (
    FinishIntroduction,
    LetStart,
    NameContactPerson,
    RecordStep,
)
from procurement.introductions.models import Introduction
from procurement.tenders.commands import award, drafting, questions
from procurement.tenders.commands.drafting import OpenTender
from procurement.tenders.models import SectionExpert, Tender, TenderQuestion, TenderSection
from procurement.tenders.rules import identifying
from tests.factories import SINCE, at, person, root_unit
from tests.procurement.routine import company
from tests.reached import reached_once

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
BEGUN, PUBLISHED = date(2026, 3, 2), date(2026, 3, 16)
LAST_QUESTION, LAST_TENDER = date(2026, 4, 8), date(2026, 4, 20)
AWARDED, SIGNED = date(2026, 5, 13), date(2026, 5, 28)
INVESTIGATOR, DEPUTY, SECRETARY = "investigator-lawyer", "deputy-director", "committee-secretary"


@reached_once
class Routine:
    """The tender of Strandgården: two sections, each with an expert."""

    def __init__(self):
        self.people = {
            str(role): person(role)
            for role in (
                Role.INVESTIGATOR,
                Role.DEPUTY_DIRECTOR,
                Role.COMMITTEE_SECRETARY,
                Role.CHIEF_NURSE,
                Role.PROCUREMENT_OFFICER,
                Role.DEVELOPMENT_STRATEGIST,
            )
        }
        ward = Unit.objects.create(name="Hälso- och sjukvård", parent=root_unit(), valid_from=SINCE)
        self.people["nurse"] = person(Role.NURSE, ward, "Amir Fjällsta")
        opening = OpenTender(home="Strandgården", unit=root_unit())
        self.case = opening.open(Act.own(self.people[INVESTIGATOR], at(BEGUN)))

    def do(self, command, who: str | None = INVESTIGATOR, day: date = BEGUN):
        actor = who and (self.people.get(who) or person(who))
        version = Case.objects.get(pk=self.case.pk).version
        outcome = perform(self.case, command, actor, expected_version=version, at=at(day))
        self.case = Tender.objects.get(pk=self.case.pk)
        return outcome

    def section(self, number: int) -> TenderSection:
        return self.case.sections.get(number=number)

    def question(self, number: int) -> TenderQuestion:
        return self.case.questions.get(number=number)

    def name(self, number: int, who: str) -> None:
        self.do(drafting.NameExpert(section=self.section(number), person=self.people[who]))

    def write(self, number: int, who: str, text: str = "Utföraren ska ha rutiner.") -> None:
        self.do(drafting.DraftSection(section=self.section(number), text=text), who)
        self.do(drafting.MarkSectionReady(section=self.section(number)), who)

    def written(self) -> None:
        """Two sections written by their experts: the chief nurse, and a nurse of another unit."""
        self.do(drafting.AddSection(number=1, heading="Uppdraget"))
        self.do(drafting.AddSection(number=2, heading="Hälso- och sjukvård"))
        self.name(1, "chief-nurse")
        self.name(2, "nurse")
        self.write(1, "chief-nurse")
        self.write(2, "nurse")

    def consulted(self) -> None:
        self.do(
            drafting.RecordReferenceGroup(
                held_on=date(2026, 3, 10),
                attended="Ulla Sundmark (ordf.)",
                outcome="Inga invändningar.",
            ),
            day=date(2026, 3, 10),
        )

    def publish(self, questions_on: date = LAST_QUESTION, tenders_on: date = LAST_TENDER) -> None:
        self.do(
            drafting.PublishTender(questions_close_on=questions_on, tenders_close_on=tenders_on),
            day=PUBLISHED,
        )

    def published(self) -> None:
        self.written()
        self.consulted()
        self.publish()

    def asked(self, text: str = "Ingår hisservice?", day: date = date(2026, 3, 23), **more) -> None:
        stated = {"arrived_on": day, "section": self.section(2), "channel": "system", **more}
        self.do(questions.RegisterQuestion(text=text, **stated), day=day)

    def answer(self, who: str = "nurse", number: int = 1, day: date = date(2026, 3, 25)) -> None:
        self.do(questions.AnswerQuestion(question=self.question(number), answer="Ja."), who, day)

    def close(self, received: int = 3, day: date = date(2026, 4, 21)) -> None:
        self.do(award.CloseForTenders(received=received), day=day)

    def award(self, who: str = SECRETARY, **changes) -> None:
        stated = {"decided_on": AWARDED, "paragraph": 61, "reasons": "Bäst kvalitet.", **changes}
        if "company" not in stated:
            stated.setdefault("winner", Provider.objects.first() or company()[0])
        self.do(award.AwardTender(**stated), who, AWARDED)

    def awarded(self) -> None:
        self.published()
        self.asked()
        self.answer()
        self.close()
        self.award()

    def sign(self, **changes) -> None:
        stated = {
            "signed_on": SIGNED,
            "signing": "electronic",
            "chair": "Gunnel Tärnhed",
            "company_signatory": "Leila Hammarvik",
            "valid_from": date(2026, 9, 1),
            "places": 48,
            "operations_manager": "Bo Ekman",
            "may_be_signed": True,
        }
        self.do(award.SignResidentialContract(**{**stated, **changes}), day=SIGNED)


@reached_once
def tender(state: str) -> Routine:
    """The tender when it is written, published or awarded."""
    r = Routine()
    getattr(r, state)()
    return r


def event_names(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="change").order_by("seq")
    return list(rows.values_list("name", flat=True))


def refusals(case) -> list[str]:
    rows = Event.objects.filter(chain__name=case.chain, kind="refusal").order_by("seq")
    return list(rows.values_list("name", flat=True))


# ------------------------------------------------------------------ writing


def test_a_tender_begins_with_a_number_and_somebody_who_leads_it(client):
    """TND-01"""
    r = Routine()
    assert (r.case.state, r.case.number, r.case.responsible.username) == (
        "drafting",
        "UPH-2026-0001",
        INVESTIGATOR,
    )
    assert event_names(r.case) == ["open_tender"]
    client.force_login(r.people[DEPUTY], BACKEND)
    for _ in range(2):  # a second click on the same page opens no second tender
        sent = {"home": "Ekbacken", "unit": root_unit().pk, "key": "nyckel"}
        client.post(reverse("cases:open", args=["tender"]), sent)
    assert Tender.objects.filter(home="Ekbacken").count() == 1


def test_a_tender_is_begun_only_in_a_unit_that_the_person_leads_it_in(client):
    """SEC-01"""
    staff = Unit.objects.create(name="Omsorgsstaben", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.PROCUREMENT_OFFICER, staff), BACKEND)
    new = reverse("cases:open", args=["tender"])
    refused = client.post(new, {"home": "Ekbacken", "unit": root_unit().pk, "key": "a"})
    assert (refused.status_code, Tender.objects.count()) == (422, 0)
    client.post(new, {"home": "Ekbacken", "unit": staff.pk, "key": "b"})
    assert client.get(reverse("cases:case", args=[Tender.objects.get().pk])).status_code == 200


def test_a_section_is_written_by_its_named_expert_whatever_role_and_unit_they_have():
    """TND-01"""
    r = tender("written")
    section = r.section(2)
    assert (section.text, section.ready_by.username, section.ready_on) == (
        "Utföraren ska ha rutiner.",
        "nurse",
        BEGUN,
    )
    seen = Case.objects.visible_to(actor_on(r.people["nurse"], BEGUN))
    assert r.case.pk in seen.values_list("pk", flat=True)
    with pytest.raises(Refused, match="Du är inte sakkunnig i avsnitt 1 Uppdraget"):
        r.do(drafting.DraftSection(section=r.section(1), text="Annat."), "nurse")
    with pytest.raises(NotAllowed, match="inte tillgång"):
        r.do(drafting.DraftSection(section=r.section(1), text="Annat."), Role.PLANNER)
    assert r.section(1).text == "Utföraren ska ha rutiner."


def test_earlier_wordings_stand_in_the_event_log_and_a_change_asks_for_a_new_mark():
    """TND-01"""
    r = tender("written")
    r.do(drafting.DraftSection(section=r.section(1), text="Ny lydelse."))
    assert r.section(1).ready_on is None
    texts = Event.objects.filter(chain__name=r.case.chain, name="draft_section").order_by("seq")
    kept = [event.values.values["text"] for event in texts.select_related("values")]
    assert kept == ["Utföraren ska ha rutiner."] * 2 + ["Ny lydelse."]


def test_a_section_without_expert_blocks_publication():
    """TND-01"""
    r = Routine()
    r.do(drafting.AddSection(number=1, heading="Uppdraget"))
    r.consulted()
    with pytest.raises(Blocked, match="Sakkunnig i avsnitt 1 Uppdraget; Avsnitt 1 Uppdraget är"):
        r.publish()
    assert r.case.state == "drafting"
    assert refusals(r.case) == ["publish_tender"]


def test_an_empty_section_is_not_ready_and_a_number_is_used_once():
    """TND-01"""
    r = Routine()
    r.do(drafting.AddSection(number=1, heading="Uppdraget"))
    with pytest.raises(Refused, match="har ingen text"):
        r.do(drafting.MarkSectionReady(section=r.section(1)))
    with pytest.raises(Refused, match="1 Uppdraget finns redan"):
        r.do(drafting.AddSection(number=1, heading="Annat"))


def test_a_section_is_taken_out_before_publication_and_then_never():
    """TND-01"""
    r = tender("written")
    r.do(drafting.AddSection(number=3, heading="Överflödigt"))
    r.name(3, "procurement-officer")
    r.do(drafting.RemoveSection(section=r.section(3)))
    assert r.case.sections.count() == 2
    assert event_names(r.case)[-1] == "remove_section"
    r.consulted()
    r.publish()
    with pytest.raises(Refused, match="går inte att göra"):
        r.do(drafting.RemoveSection(section=r.section(2)))


def test_an_expert_is_not_released_before_the_award_unless_another_takes_over():
    """TND-01"""
    r = tender("published")
    expert = SectionExpert.objects.get(section=r.section(2))
    with pytest.raises(Refused, match="till och med tilldelningsbeslutet"):
        r.do(drafting.ReplaceExpert(expert=expert), day=date(2026, 3, 20))
    expert.refresh_from_db()
    assert expert.released_on is None
    r.do(
        drafting.ReplaceExpert(expert=expert, successor=r.people["chief-nurse"]),
        day=date(2026, 3, 20),
    )
    expert.refresh_from_db()
    assert expert.released_on == date(2026, 3, 20)
    assert [row.user.username for row in r.section(2).standing_experts()] == ["chief-nurse"]
    assert not CaseUserObjectPermission.objects.filter(user=r.people["nurse"]).exists()
    assert event_names(r.case)[-1] == "replace_expert"


def test_a_company_is_never_an_expert():
    """TND-01"""
    r = Routine()
    r.do(drafting.AddSection(number=1, heading="Uppdraget"))
    with pytest.raises(Refused, match="har ingen roll i kommunen"):
        r.do(drafting.NameExpert(section=r.section(1), person=company()[1]))
    assert not SectionExpert.objects.exists()


# ------------------------------------------------------------------ reference group, publication


def test_the_call_document_is_not_published_before_the_reference_group_was_consulted():
    """TND-02"""
    r = tender("written")
    with pytest.raises(Blocked, match="Samråd med nämndens politiska referensgrupp"):
        r.publish()
    r.consulted()
    assert event_names(r.case)[-1] == "record_reference_group"
    note = JournalNote.objects.get(case=r.case, kind="official")
    assert note.text == (
        "Samråd med nämndens politiska referensgrupp 2026-03-10. Inga invändningar."
    )
    r.publish()
    assert r.case.state == "published"


def test_a_consultation_that_has_not_been_held_is_refused():
    """TND-02"""
    r = Routine()
    later = drafting.RecordReferenceGroup(held_on=date(2026, 3, 3), attended="A", outcome="B")
    with pytest.raises(Refused, match="kan inte ligga i framtiden"):
        r.do(later)
    assert not r.case.consultations.exists()


@pytest.mark.parametrize(
    ("questions_on", "tenders_on", "text"),
    [
        (PUBLISHED, LAST_TENDER, "Välj en dag efter i dag"),
        (LAST_QUESTION, LAST_QUESTION, "Anbud ska kunna lämnas efter ons 8 april 2026"),
    ],
)
def test_dates_out_of_order_are_refused(questions_on, tenders_on, text):
    """TND-01"""
    r = tender("written")
    r.consulted()
    with pytest.raises(Refused, match=text):
        r.publish(questions_on, tenders_on)
    assert r.case.state == "drafting"


def test_publication_locks_the_call_document_and_shows_it_to_everybody(client):
    """TND-01"""
    r = tender("written")
    page = reverse("tenders:public", args=[r.case.pk])
    assert client.get(page).status_code == 404
    r.consulted()
    r.publish()
    document = Document.objects.get(case=r.case, kind="tender_document")
    assert document.locked_at
    assert [row["heading"] for row in document.facts["sections"]] == [
        "Uppdraget",
        "Hälso- och sjukvård",
    ]
    assert r.case.deadlines.get(rule="tenders_close").due == LAST_TENDER
    shown = client.get(page).content.decode()
    assert "Utföraren ska ha rutiner." in shown
    assert "ons 8 april 2026" in shown
    assert "Fjällsta" not in shown
    assert client.get(reverse("tenders:document", args=[r.case.pk])).content[:5] == b"%PDF-"
    assert "Strandgården" in client.get(reverse("tenders:announced")).content.decode()
    with pytest.raises(Refused, match="går inte att göra"):
        r.do(drafting.DraftSection(section=r.section(1), text="Ändrat."))


# ------------------------------------------------------------------ questions


def test_a_question_is_answered_by_the_sections_expert_within_five_working_days():
    """TND-01: Monday 23 March + 5 working days = Monday 30 March."""
    r = tender("published")
    r.asked()
    assert r.case.deadlines.get(rule="tender_question").due == date(2026, 3, 30)
    assert Notification.objects.filter(user=r.people["nurse"], text__contains="fråga 1").exists()
    with pytest.raises(Refused, match="Du är inte sakkunnig i avsnitt 2"):
        r.answer("chief-nurse")
    r.answer()
    question = r.question(1)
    assert (question.answer, question.answered_at) == ("Ja.", at(date(2026, 3, 25)))
    assert r.case.deadlines.get(rule="tender_question").met_on == date(2026, 3, 25)
    assert event_names(r.case)[-2:] == ["register_question", "answer_question"]


def test_question_and_answer_become_public_at_the_same_moment(client):
    """TND-01"""
    r = tender("published")
    r.asked()
    page = reverse("tenders:public", args=[r.case.pk])
    assert "hisservice" not in client.get(page).content.decode()
    r.answer()
    shown = client.get(page).content.decode()
    assert "Ingår hisservice?" in shown
    assert "Ja." in shown


def test_a_published_answer_is_never_changed_only_supplemented(client):
    """TND-01"""
    r = tender("published")
    r.asked()
    r.asked("Hur många platser?", section=r.section(1))
    r.answer()
    with pytest.raises(Refused, match="är inte besvarad än"):
        r.do(questions.ClarifyAnswer(question=r.question(2), text="Mer."), day=date(2026, 3, 25))
    with pytest.raises(Refused, match="kan inte ändras; lägg till ett förtydligande"):
        r.answer()
    r.do(
        questions.ClarifyAnswer(question=r.question(1), text="Även matlyften."),
        "nurse",
        date(2026, 3, 26),
    )
    assert r.question(1).answer == "Ja."
    assert event_names(r.case)[-1] == "clarify_answer"
    shown = client.get(reverse("tenders:public", args=[r.case.pk])).content.decode()
    assert "Även matlyften." in shown


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Fyrbåken Omsorg AB undrar om hissen.", "ett företagsnamn"),
        ("Hör av er till 559999-1014.", "ett organisationsnummer"),
        ("Svara till vd@foretag.example", "en e-postadress"),
        ("Gäller avsnitt 4 även AB-avtal?", ""),
    ],
)
def test_a_question_does_not_say_who_asks(text, what):
    """TND-01"""
    assert identifying(text) == what
    r = tender("published")
    if what:
        with pytest.raises(Refused, match=f"I frågan står {what}"):
            r.asked(text)
    else:
        r.asked(text)
    assert r.case.questions.count() == (0 if what else 1)


@pytest.mark.parametrize(
    ("arrived_on", "day", "text"),
    [
        (date(2026, 4, 9), date(2026, 4, 9), "Sista dag för frågor var ons 8 april 2026"),
        (date(2026, 3, 13), date(2026, 3, 23), "annonserades mån 16 mars 2026"),
    ],
)
def test_a_question_outside_its_time_is_refused(arrived_on, day, text):
    """TND-01"""
    r = tender("published")
    with pytest.raises(Refused, match=text):
        r.asked(day=day, arrived_on=arrived_on)


def test_a_question_that_came_on_the_last_day_is_in_time():
    """TND-01"""
    r = tender("published")
    r.asked(day=date(2026, 4, 9), arrived_on=LAST_QUESTION)
    assert r.question(1).arrived_on == LAST_QUESTION


def test_a_question_without_section_is_laid_on_one_whose_expert_answers_it():
    """TND-01"""
    r = tender("published")
    r.asked(section=None)
    with pytest.raises(Refused, match="hör inte till något avsnitt"):
        r.answer()
    r.do(questions.PlaceQuestion(question=r.question(1), section=r.section(2)))
    r.answer()
    assert r.question(1).answered_by == r.people["nurse"]


@pytest.fixture
def on_the_last_day(monkeypatch):
    """The pages' clock stands at the last day for questions."""
    from audit import clock

    monkeypatch.setattr(clock, "now", lambda: at(LAST_QUESTION))
    return monkeypatch


def test_anybody_asks_without_login_and_nothing_is_kept_of_who_it_was(on_the_last_day):
    """TND-01"""
    r = tender("published")
    client = Client(REMOTE_ADDR="203.0.113.7")
    client.force_login(company()[1], BACKEND)
    ask = reverse("tenders:ask", args=[r.case.pk])
    sent = {"text": "Ingår hisservice?", "section": r.section(2).pk, "key": "en-nyckel"}
    for _ in range(2):
        answer = client.post(ask, sent)
        assert (answer.status_code, r.case.questions.count()) == (302, 1)
    question = r.question(1)
    assert (question.channel, question.arrived_on) == ("page", LAST_QUESTION)
    event = Event.objects.get(chain__name=r.case.chain, name="ask_question")
    assert event.actor is None
    assert "203.0.113.7" not in str(event.values.values)
    assert (
        "hisservice" not in client.get(reverse("tenders:public", args=[r.case.pk])).content.decode()
    )


def test_a_question_is_refused_on_the_page_when_it_names_the_bidder_or_comes_too_late(
    client, on_the_last_day
):
    """TND-01"""
    from audit import clock

    r = tender("published")
    ask = reverse("tenders:ask", args=[r.case.pk])
    answer = client.post(ask, {"text": "Fyrbåken Omsorg AB undrar."})
    assert answer.status_code == 422
    assert "I frågan står ett företagsnamn" in answer.content.decode()
    on_the_last_day.setattr(clock, "now", lambda: at(date(2026, 4, 9)))
    answer = client.post(ask, {"text": "Ingår hisservice?"})
    assert answer.status_code == 422
    assert "Tiden för frågor är slut" in answer.content.decode()
    assert not r.case.questions.exists()


def test_many_questions_from_one_place_have_to_wait(client, on_the_last_day):
    """TND-01"""
    r = tender("published")
    ask = reverse("tenders:ask", args=[r.case.pk])
    answers = [client.post(ask, {"text": f"Fråga {n}?"}).status_code for n in range(21)]
    assert answers == [302] * 20 + [422]
    assert r.case.questions.count() == 20


def test_a_person_never_asks_in_place_of_a_bidder():
    """TND-01"""
    r = tender("published")
    with pytest.raises(NotAllowed):
        r.do(questions.AskQuestion(text="Vad?", arrived_on=PUBLISHED), DEPUTY, PUBLISHED)


# ------------------------------------------------------------------ award


def test_tenders_are_counted_when_their_last_day_has_passed_and_the_goal_begins():
    """TND-01: Monday 20 April + 8 weeks = Monday 15 June."""
    r = tender("published")
    with pytest.raises(Blocked, match="till och med mån 20 april 2026"):
        r.close(day=LAST_TENDER)
    r.close()
    assert (r.case.state, r.case.tenders_received) == ("evaluation", 3)
    assert r.case.deadlines.get(rule="tenders_close").met_on == LAST_TENDER
    assert r.case.deadlines.get(rule="tender_award").due == date(2026, 6, 15)
    assert event_names(r.case)[-1] == "close_for_tenders"


def test_the_award_waits_for_every_answer():
    """TND-01"""
    r = tender("published")
    r.asked()
    r.close()
    with pytest.raises(Blocked, match="Svar på fråga 1"):
        r.award()
    r.answer(day=date(2026, 4, 24))
    r.award()
    assert r.case.state == "awarded"


def test_the_committees_award_ends_every_experts_responsibility_and_is_a_document():
    """TND-01"""
    r = tender("awarded")
    assert (r.case.awarded_on, r.case.award_paragraph, r.case.closed_on) == (AWARDED, 61, None)
    assert set(SectionExpert.objects.values_list("released_on", flat=True)) == {AWARDED}
    assert not CaseUserObjectPermission.objects.filter(content_object=r.case.case_ptr).exists()
    record = Document.objects.get(case=r.case, kind="award_record")
    assert record.locked_at
    assert (record.facts["paragraph"], record.facts["experts"][1]["name"]) == (61, "Amir Fjällsta")
    asked = Document.objects.get(case=r.case, kind="tender_questions")
    assert [row["answer"] for row in asked.facts["questions"]] == ["Ja."]
    assert event_names(r.case)[-1] == "award_tender"
    assert r.case.deadlines.get(rule="tender_award").met_on == AWARDED


def test_only_the_committees_secretary_records_the_award():
    """CAP-16, TND-01"""
    r = tender("published")
    r.close()
    with pytest.raises(NotAllowed):
        r.award(DEPUTY)
    with pytest.raises(Refused, match="Beslutet kan inte vara fattat tidigare"):
        r.award(decided_on=LAST_TENDER)
    with pytest.raises(Refused, match="Välj företaget i listan"):
        r.award(winner=None)
    assert r.case.state == "evaluation"


def test_the_winner_may_be_a_company_that_is_new_here():
    """TND-01"""
    r = tender("published")
    r.close()
    r.award(company="Havsbrisens Omsorg AB", organisation_number="5599991030")
    assert r.case.winner == Provider.with_number("5599991030")
    assert (r.case.winner.name, r.case.provider) == ("Havsbrisens Omsorg AB", None)


def test_nothing_is_awarded_when_no_tender_came_in():
    """TND-01"""
    r = tender("published")
    r.close(0)
    with pytest.raises(Blocked, match="Minst ett anbud"):
        r.award()
    r.do(award.CancelTender(why="Inget anbud kom in."), DEPUTY, date(2026, 4, 22))
    assert (r.case.state, r.case.closed_on) == ("cancelled", date(2026, 4, 22))
    assert r.case.deadlines.running().count() == 0
    assert not SectionExpert.objects.filter(released_on=None).exists()
    shown = Client().get(reverse("tenders:public", args=[r.case.pk])).content.decode()
    assert "Inget anbud kom in." in shown


# ------------------------------------------------------------------ contract and introduction


def test_signing_starts_the_residential_introduction_at_once():
    """INT-06, INT-07: Thursday 28 May + 8 weeks = Thursday 23 July."""
    r = tender("awarded")
    r.sign()
    contract, introduction = Contract.objects.get(), Introduction.objects.get()
    assert (r.case.state, r.case.closed_on) == ("awarded", SIGNED)
    assert (contract.from_tender, contract.specification, contract.table) == (
        r.case,
        None,
        "residential",
    )
    assert contract.provider == r.case.winner
    assert contract.version_on(date(2026, 9, 1)).places == 48
    assert (introduction.state, introduction.signed_contract, introduction.application) == (
        "programme",
        contract,
        None,
    )
    assert [step.title for step in introduction.steps.all()] == [
        "Introduktionsmöte",
        "Träff med ansvarig för trygghetslarm",
        "Träff med MAS och MAR",
        "Information om rutin vid utskrivning från slutna hälso- och sjukvård",
        "Information till samtliga socialsekreterare Omsorg SoL",
        "Träff och utbildning med systemförvaltare för Viva",
        "Träff med arkivarie",
        "Träff med HSA-ansvarig",
    ]
    assert introduction.deadlines.get(rule="introduction").due == date(2026, 7, 23)
    assert event_names(introduction) == ["begin_introduction"]
    assert event_names(r.case)[-1] == "sign_residential_contract"
    told = Notification.objects.filter(case=introduction).values_list("user__username", flat=True)
    assert DEPUTY in told


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"may_be_signed": False}, "Fråga upphandlingsenheten"),
        ({"signed_on": date(2026, 5, 12)}, "Nämnden beslutade ons 13 maj 2026"),
        ({"valid_from": date(2026, 5, 27)}, "inte gälla innan det är tecknat"),
        ({"valid_to": date(2026, 8, 31)}, "före det börjar tis 1 sep 2026"),
    ],
)
def test_a_contract_that_may_not_be_signed_is_refused(changes, text):
    """INT-03, INT-06"""
    r = tender("awarded")
    with pytest.raises(Refused, match=text):
        r.sign(**changes)
    assert not Contract.objects.exists()
    assert not Introduction.objects.exists()
    assert r.case.closed_on is None


@pytest.mark.both
def test_the_introduction_is_led_to_its_end_and_its_pages_open(client):
    """INT-06, CAP-12"""
    r = tender("awarded")
    r.sign()
    introduction = Introduction.objects.get()

    def do(command, day: date = date(2026, 6, 1)):
        version = Case.objects.get(pk=introduction.pk).version
        perform(introduction, command, r.people[INVESTIGATOR], expected_version=version, at=at(day))

    start = LetStart(may_start_on=date(2026, 9, 1))
    with pytest.raises(Blocked, match="Kontaktperson hos kommunen; Introduktionsmöte"):
        do(start)
    do(NameContactPerson(person=r.people[DEPUTY]))
    for step in introduction.steps.all():
        do(RecordStep(step=step, done_on=date(2026, 6, 1), note="Hållet.", attended=step.expected))
    do(start)
    do(FinishIntroduction())
    introduction = Introduction.objects.get()
    assert introduction.state == "finished"
    record = Document.objects.get(case=introduction, kind="introduction_record")
    assert record.facts["home"] == "Strandgården"
    matrix.load()
    jobs.make(at(date(2026, 6, 2)))
    duties = Duty.objects.filter(agreement=Contract.objects.get())
    assert set(duties.values_list("table", flat=True)) == {"residential"}
    client.force_login(r.people[DEPUTY], BACKEND)
    for case in (r.case, Contract.objects.get(), introduction):
        assert client.get(reverse("cases:case", args=[case.pk])).status_code == 200
    client.force_login(r.case.winner.representations.get().user, BACKEND)
    for case in (Contract.objects.get(), introduction):
        assert client.get(reverse("portal:case", args=[case.pk])).status_code == 200
    assert client.get(reverse("portal:case", args=[r.case.pk])).status_code == 404
    assert "Strandgården" not in client.get(reverse("contracts:choose")).content.decode()


# ------------------------------------------------------------------ pages


def test_the_expert_of_another_unit_has_a_page_of_their_own(client):
    """TND-01, SEC-01"""
    r = tender("published")
    r.asked()
    client.force_login(r.people["nurse"], BACKEND)
    own = reverse("tenders:mine", args=[r.case.pk])
    assert client.get(reverse("cases:case", args=[r.case.pk]))["Location"] == own
    page = client.get(own).content.decode()
    assert "Ingår hisservice?" in page
    assert "1 Uppdraget" not in page
    form = client.get(reverse("cases:do", args=[r.case.pk, "answer_question"])).content.decode()
    assert reverse("tenders:mine", args=[r.case.pk]) in form
    client.force_login(person(Role.PLANNER), BACKEND)
    assert client.get(reverse("tenders:mine", args=[r.case.pk])).status_code == 404


def test_every_page_of_the_case_opens_in_every_state_and_the_expert_is_waited_for(client):
    """TND-01, CAP-14"""
    r = Routine()
    client.force_login(r.people["chief-nurse"], BACKEND)
    page = reverse("cases:case", args=[r.case.pk])
    assert client.get(page).status_code == 200
    r.written()
    assert client.get(page).status_code == 200
    r.consulted()
    r.publish()
    r.asked(section=r.section(1))
    texts = [task.text for task in client.get(reverse("cases:overview")).context["tasks"]]
    assert "Svar på fråga 1" in texts
    client.force_login(r.people[INVESTIGATOR], BACKEND)
    for name in ("replace_expert", "register_question", "place_question", "answer_question"):
        assert client.get(reverse("cases:do", args=[r.case.pk, name])).status_code == 200
    r.answer("chief-nurse")
    r.close()
    assert client.get(page).status_code == 200
    client.force_login(r.people[SECRETARY], BACKEND)
    assert client.get(reverse("cases:do", args=[r.case.pk, "award_tender"])).status_code == 200
    r.award()
    client.force_login(r.people[DEPUTY], BACKEND)
    shown = client.get(page).content.decode()
    assert "Bäst kvalitet." in shown
    sign = reverse("cases:do", args=[r.case.pk, "sign_residential_contract"])
    assert "Upphandlingsenheten har bekräftat" in client.get(sign).content.decode()
    assert any(column.kind == "tender" for column in overview.columns())


def test_a_late_answer_is_escalated_as_every_deadline():
    """CAP-04, TND-01"""
    r = tender("published")
    r.asked()
    ledger.sweep(at(date(2026, 4, 2)))  # due 30 March + 3 days
    told = Notification.objects.filter(user=r.people[DEPUTY], text__contains="Besvara fråga 1")
    assert told.exists()


def test_the_demo_has_a_tender_with_two_answers_and_a_question_that_waits():
    """TND-01, TND-02"""
    today = date(2026, 11, 23)
    timeline = Timeline(today)
    tenders.play(load_people(SINCE), root_unit(), today, timeline)
    timeline.run()
    tender = Tender.objects.get()
    assert (tender.state, tender.questions.count()) == ("published", 3)
    assert [row.number for row in tender.unanswered()] == [3]
    tenders.play(load_people(SINCE), root_unit(), today, again := Timeline(today))
    assert again.deeds == []
