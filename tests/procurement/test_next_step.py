"""What a page offers next leads to the right form, about the right thing, on a page one may open."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from audit.act import Act
from audit.models import Event
from cases.models import Case, Notification
from cases.process import processes
from door.refusals import Blocked, Refused
from organisation.roles import Role
from procurement.applications.commands import intake
from procurement.contracts import commands as contracts
from procurement.introductions import commands as introductions
from procurement.tenders.commands.drafting import AddSection, OpenTender
from tests.cases.test_overview import log_in
from tests.factories import at, person, root_unit
from tests.procurement.agreements import contract, do
from tests.procurement.routine import application_in, staff
from tests.procurement.test_introduction import Routine as Introduced

pytestmark = pytest.mark.django_db
STRATEGIST, DEPUTY = "development-strategist", "deputy-director"
WITHDRAWING = (Role.VIVA_ADMINISTRATOR, Role.IT_COORDINATOR, Role.HSA_OFFICER)


def day(month: int, number: int):
    return at(date(2026, month, number))


@pytest.fixture(autouse=True)
def _on_the_tenth_of_march(monkeypatch):
    monkeypatch.setattr("audit.clock.now", lambda: day(3, 10))


def gaps(client, case) -> list:
    """What the case's page says is missing."""
    return client.get(reverse("cases:case", args=[case.pk])).context["missing"]


def chosen(client, gap) -> str:
    """What the form that a gap's button opens is about."""
    form = client.get(gap.address).context["form"]
    return str(form[form.subject].value())


class TestButtonsOfWhatIsMissing:
    def test_each_control_and_reference_opens_the_form_for_itself(self, client):
        """LOV-05, LOV-06: four controls, and two kinds of references."""
        r = application_in("handling")
        log_in(client, STRATEGIST)
        found = {
            gap.what: chosen(client, gap)
            for gap in gaps(client, r.application)
            if gap.subject and "?" in gap.address
        }
        assert found == {
            "Kreditupplysning (UC)": "credit",
            "Kontroll med Skatteverket": "tax",
            "Ledningssystem för kvalitet": "qms",
            "Meritförteckning och bilagor": "cv",
            "2 referenser om företagets ledning": "management",
            "2 referenser om verksamhetsansvarig": "operations_manager",
        }

    def test_each_step_of_an_introduction_opens_the_form_for_itself(self, client):
        """INT-01"""
        case = Introduced().case
        log_in(client, STRATEGIST)
        steps = dict(case.steps.values_list("title", "pk"))
        found = {
            gap.what: chosen(client, gap)
            for gap in gaps(client, case)
            if gap.command == "record_step"
        }
        assert found
        assert found == {what: str(steps[what]) for what in found}

    def test_each_section_of_a_tender_opens_the_form_for_itself(self, client):
        """TND-01"""
        staff()
        investigator = person(Role.INVESTIGATOR)
        tender = OpenTender(home="Strandgården", unit=root_unit()).open(
            Act.own(investigator, day(3, 9))
        )
        for number in (91, 92):
            do(
                tender,
                AddSection(number=number, heading=f"Avsnitt {number}"),
                investigator,
                date(2026, 3, 9),
            )
        log_in(client, Role.INVESTIGATOR)
        found = [gap for gap in gaps(client, tender) if "avsnitt 9" in gap.what.lower()]
        assert {gap.command for gap in found} == {"name_expert", "draft_section"}
        for gap in found:
            section = tender.sections.get(number=92 if "92" in gap.what else 91)
            assert chosen(client, gap) == str(section.pk)

    @pytest.mark.parametrize("value", ["credit ", "uc", "²", "9" * 4300, "\x00", "[Infinity]"])
    def test_what_is_not_among_the_forms_choices_is_not_chosen(self, client, value):
        """SEC-01: an address can be written by anybody."""
        r = application_in("handling")
        log_in(client, STRATEGIST)
        page = client.get(
            reverse("cases:do", args=[r.application.pk, "record_control"]), {"kind": value}
        )
        assert page.status_code == 200
        assert page.context["form"]["kind"].value() is None

    def test_no_text_of_a_form_is_filled_from_the_address(self, client):
        """SEC-01"""
        r = application_in("handling")
        log_in(client, STRATEGIST)
        address = reverse("cases:do", args=[r.application.pk, "add_reference"])
        stated = {"about": "operations_manager", "referee": "Mallory", "statement": "Bäst."}
        form = client.get(address, stated).context["form"]
        assert form["about"].value() == "operations_manager"
        assert (form["referee"].value(), form["statement"].value()) == (None, None)

    def test_a_subject_is_a_field_of_choice_of_its_form(self):
        """SEC-01: what an address may fill in has a list of its own to be checked against."""
        forms = {command.form for process in processes() for command in process.commands}
        subjects = {form: form.base_fields[form.subject] for form in forms if form.subject}
        assert len(subjects) > 10
        assert [form for form, field in subjects.items() if not hasattr(field, "choices")] == []

    def test_the_receipt_says_what_was_done_and_where_the_case_is_now(self, client):
        """CAP-05"""
        r = application_in("received")
        r.review(day(3, 9))
        log_in(client, STRATEGIST)
        answer = client.post(
            reverse("cases:do", args=[r.application.pk, "declare_complete"]),
            {
                "complete_on": "2026-03-10",
                "key": "a",
                "version": Case.objects.get(pk=r.application.pk).version,
            },
        )
        said = [str(message) for message in get_messages(answer.wsgi_request)]
        assert said == ["”Förklara komplett” är gjort. Ärendet är nu i läget Handläggning."]


class TestReviewThatAsksForMore:
    def test_it_is_shown_as_it_is_and_leads_to_the_request(self, client):
        """LOV-05, COR-05"""
        r = application_in("received")
        r.review(day(3, 9), "incomplete", "Verksamhetsbeskrivningen saknar bemanning.")
        log_in(client, STRATEGIST)
        page = client.get(reverse("cases:case", args=[r.application.pk]))
        review = page.context["lines"][0]
        assert (review.light, review.word) == ("amber", "Komplettera")
        assert review.outcome == (
            "Behöver kompletteras. Verksamhetsbeskrivningen saknar bemanning."
        )
        assert page.context["leading"] is intake.RequestCompletion
        assert page.context["missing"] == []
        first = page.content.decode().split('<div class="kv-actions">')[1].split("</a>")[0]
        assert "Begär komplettering" in first

    def test_without_a_word_of_what_is_missing_it_is_refused(self):
        """LOV-03"""
        r = application_in("received")
        with pytest.raises(Refused, match="Skriv under Iakttagelser vad som behöver kompletteras"):
            r.review(day(3, 9), "incomplete")
        assert r.application.steps.count() == 0

    def test_it_is_not_declared_complete_over_the_review(self):
        """LOV-04, COR-05"""
        r = application_in("received")
        r.review(day(3, 9), "incomplete", "Bemanning saknas.")
        with pytest.raises(Blocked, match="Komplettering"):
            r.complete(day(3, 10))
        assert Case.objects.get(pk=r.application.pk).state == "received"

    def test_after_the_completion_it_is_reviewed_again_before_it_is_complete(self, client):
        """COR-05: the remark that was mended stands no longer in the basis for decision."""
        r = application_in("received")
        r.review(day(3, 5), "incomplete", "Bemanning saknas.")
        r.ask(day(3, 5), "Beskriv bemanningen.", "qms")
        r.answer(day(3, 9))
        with pytest.raises(Blocked, match="Ny granskning efter begäran om komplettering"):
            r.complete(day(3, 10))
        log_in(client, STRATEGIST)
        assert [gap.button for gap in gaps(client, r.application)] == ["Registrera granskning"]
        r.review(day(3, 10))
        r.complete(day(3, 10))
        assert Case.objects.get(pk=r.application.pk).state == "handling"
        from procurement.applications.documents import KINDS

        proposal = next(kind for kind in KINDS if kind.code == "decision_proposal")
        steps = proposal.facts(r.application)["steps"]
        assert [(step["label"], step["outcome"], step["note"]) for step in steps] == [
            ("Granskning av ansökan", "Godtagbart", "")
        ]


class TestWhatIsTakenBack:
    @pytest.fixture(autouse=True)
    def _roles(self):
        self.people = {role: person(role) for role in WITHDRAWING}

    def end(self, signed):
        command = contracts.EndContract(last_day=date(2026, 9, 30), why="Bolaget läggs ned.")
        do(signed, command, DEPUTY, date(2026, 5, 4))

    def open(self, client, user):
        """The page that the message to `user` leads to."""
        client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
        notice = Notification.objects.get(user=user)
        return client.post(reverse("cases:inbox"), {"open": notice.pk}, follow=True)

    @pytest.mark.parametrize("role", WITHDRAWING, ids=str)
    def test_each_role_opens_what_it_is_told_to_do_also_without_orders(self, client, role):
        """INT-08, END-03: a contract without an introduction."""
        self.end(contract())
        notice = Notification.objects.get(user=self.people[role])
        assert notice.text == (
            "AVT-2026-0001: avtalet upphör ons 30 sep 2026. "
            "Ta tillbaka konton, kort och utrustning senast den dagen"
        )
        page = self.open(client, self.people[role])
        assert page.status_code == 200
        text = page.content.decode()
        assert "Avtalets sista dag är onsdag 30 september 2026" in text
        mine = [row.label for row in page.context["rows"] if row.mine]
        assert (
            mine
            == {
                Role.VIVA_ADMINISTRATOR: ["Konto i Viva och Citrix"],
                Role.HSA_OFFICER: ["HSA-uppgifter", "SITHS-kort"],
                Role.IT_COORDINATOR: ["Dator eller telefon"],
            }[role]
        )
        assert "Se efter i ditt eget register" in text

    def test_what_was_ordered_is_taken_back_from_the_page(self, client):
        """INT-08"""
        i = Introduced()
        i.held("Möte inför")
        i.name_contact()
        i.sign()
        i.do(
            introductions.OrderAccess(
                what="siths", holder="Bo Ekman", ordered_on=date(2026, 4, 28)
            ),
            Role.HSA_OFFICER,
            date(2026, 4, 28),
        )
        self.end(i.case.signed_contract)
        page = self.open(client, self.people[Role.HSA_OFFICER])
        order = i.case.access.get()
        address = reverse("cases:do", args=[i.case.pk, "withdraw_access"])
        assert f'href="{address}?order={order.pk}"' in page.content.decode()
        form = client.get(address, {"order": order.pk}).context["form"]
        assert form["order"].value() == str(order.pk)
        i.do(
            introductions.WithdrawAccess(order=order, on=date(2026, 5, 4)),
            Role.HSA_OFFICER,
            date(2026, 5, 4),
        )
        page = client.get(Notification.objects.get(user=self.people[Role.HSA_OFFICER]).leads_to)
        assert [row.held for row in page.context["rows"]] == [[], [], [], []]

    def test_the_contract_itself_stays_closed_to_them_and_the_reading_is_logged(self, client):
        """SEC-01, SEC-02"""
        signed = contract()
        self.end(signed)
        user = self.people[Role.IT_COORDINATOR]
        self.open(client, user)
        assert client.get(reverse("cases:case", args=[signed.pk])).status_code == 404
        reads = Event.objects.filter(chain__name=signed.chain, kind=Event.Kind.READ)
        assert [(row.name, row.actor) for row in reads] == [("read_case", user)]

    def test_a_contract_in_force_and_one_of_another_unit_have_no_such_page(self, client):
        """SEC-01"""
        signed = contract()
        address = reverse("introductions:withdrawal", args=[signed.pk])
        log_in(client, Role.IT_COORDINATOR)
        assert client.get(address).status_code == 404
        log_in(client, Role.PLANNER)
        assert client.get(address).status_code == 403
