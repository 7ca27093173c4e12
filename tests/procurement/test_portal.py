"""The provider portal through its pages: registering, applying, answering; and what it refuses."""

import re
from datetime import date

import pytest
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases.models import Attachment, Case, OutgoingMail
from organisation.models import Provider, Representation, RoleAssignment, User
from organisation.roles import Role
from procurement.applications import registration
from procurement.applications.models import ProviderApplication
from procurement.specifications.models import ServiceArea
from tests.factories import at, person, root_unit
from tests.procurement.routine import application_in, call_document, pdf_file

pytestmark = [pytest.mark.django_db, pytest.mark.both]
State = ProviderApplication.State
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
TODAY = date(2026, 3, 2)
STATED = {
    "company": "Havsgläntans Omsorg AB", "organisation_number": "559999-1014",
    "address": "Strandgatan 9, 000 00 Sjövik", "phone": "000-00 00 00", "name": "Alva Havsgren",
    "mail": "alva@havsglantan.example", "title": "vd", "basis": "signatory",
    "password": "ett-långt-lösenord",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The product's clock stands on a Monday."""
    monkeypatch.setattr(clock, "now", lambda: at(TODAY))


@pytest.fixture
def sjovik():
    """The municipality: its root unit, call document and a strategist."""
    call_document()
    return person(Role.DEVELOPMENT_STRATEGIST)


def register(client, **changes) -> User | None:
    client.post(reverse("portal:register"), {**STATED, **changes})
    return User.objects.filter(username=changes.get("mail", STATED["mail"])).first()


def confirmed(client) -> User:
    user = register(client)
    body = OutgoingMail.objects.get(to=user.email).body
    client.post(re.search(r"/portal/bekrafta/\S+/", body)[0])
    client.force_login(user, BACKEND)
    return user


def begin(client) -> ProviderApplication:
    client.post(reverse("portal:new"), {"provider": Provider.objects.get().pk})
    return ProviderApplication.objects.get()


def send(client, case: Case, command: str, key: str = "k", version: int | None = None, **data):
    row = Case.objects.get(pk=case.pk)
    return client.post(
        reverse("cases:do", args=[case.pk, command]),
        {"key": key, "version": version or row.version, **data},
    )


def particulars() -> dict:
    return {
        "assignment": "both",
        "areas": [ServiceArea.objects.first().pk],
        "capacity_ceiling_hours": 300,
        "contact_name": "Alva Havsgren",
        "contact_title": "vd",
        "contact_mail": "alva@havsglantan.example",
        "operations_manager": "Bo Ekman",
    }


def test_a_person_registers_and_is_let_in_when_the_mail_address_is_confirmed(client, sjovik):
    """SEC-01, SEC-03"""
    user = register(client)
    assert not user.is_active
    mail = OutgoingMail.objects.get(to=user.email)
    link = re.search(r"/portal/bekrafta/\S+/", mail.body)[0]
    assert client.get(link).status_code == 200
    assert not User.objects.get(pk=user.pk).is_active  # a mail scanner's visit confirms nothing
    client.post(link)
    assert User.objects.get(pk=user.pk).is_active
    assert Event.objects.filter(name="confirm_mail", actor=user).count() == 1
    assert Representation.objects.get().approved_on is None


def test_the_sixth_registration_within_an_hour_sends_no_mail(client, sjovik):
    """SEC-01: to one address, however it is spelled; another address still gets its mail."""
    for mail in (STATED["mail"], STATED["mail"].upper()):
        for _ in range(3):
            answer = client.post(reverse("portal:register"), {**STATED, "mail": mail})
    assert answer.status_code == 422
    assert "Vänta en timme" in answer.content.decode()
    assert STATED["company"] in answer.content.decode(), "what was written is kept"
    assert OutgoingMail.objects.count() == 5
    register(client, mail="en.annan@havsglantan.example")
    assert OutgoingMail.objects.count() == 6


def test_links_cannot_be_guessed_without_end(client, sjovik):
    """SEC-01"""
    statuses = [client.post(reverse("portal:confirm", args=["fel"])).status_code for _ in range(61)]
    assert (set(statuses[:60]), statuses[60]) == ({410}, 429)


def test_an_old_link_opens_nothing(client, sjovik, monkeypatch):
    """SEC-01"""
    monkeypatch.setattr(registration, "CONFIRM_WITHIN_DAYS", -1)
    user = register(client)
    body = OutgoingMail.objects.get(to=user.email).body
    answer = client.post(re.search(r"/portal/bekrafta/\S+/", body)[0])
    assert answer.status_code == 410
    assert not User.objects.get(pk=user.pk).is_active


def test_a_wrong_organisation_number_is_told_under_its_field_and_the_rest_is_kept(client, sjovik):
    """SEC-03"""
    answer = client.post(
        reverse("portal:register"), {**STATED, "organisation_number": "559999-1015"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Kontrollsiffran i organisationsnumret stämmer inte." in page
    assert 'value="Havsgläntans Omsorg AB"' in page
    assert not User.objects.filter(username=STATED["mail"]).exists()


def test_knowing_an_organisation_number_shows_and_changes_nothing(client, sjovik):
    """SEC-01, SEC-03"""
    r = application_in("received")
    number = r.application.provider.organisation_number
    fresh = client.post(reverse("portal:register"), {**STATED, "mail": "ny@annat.example"})
    known = client.post(reverse("portal:register"), {**STATED, "organisation_number": number})
    strip = re.compile(r"/portal/bekrafta/\S+?/|csrfmiddlewaretoken.*?>|nonce=\S+")
    assert strip.sub("", fresh.content.decode()) == strip.sub("", known.content.decode())
    user = User.objects.get(username=STATED["mail"])
    user.is_active = True
    user.save()
    client.force_login(user, BACKEND)
    page = client.get(reverse("portal:home")).content.decode()
    assert "Fyrbåken" not in page
    assert "Havsgläntans Omsorg AB kontrolleras" in page
    assert client.get(reverse("portal:case", args=[r.application.pk])).status_code == 404
    assert r.application.provider.name == "Fyrbåken Omsorg AB"


def test_a_known_mail_address_is_told_by_mail_alone(client, sjovik):
    """SEC-01"""
    confirmed(client)
    client.logout()
    again = client.post(reverse("portal:register"), STATED)
    assert again.status_code == 200
    assert User.objects.filter(username=STATED["mail"]).count() == 1
    assert OutgoingMail.objects.filter(subject__contains="redan ett konto").count() == 1


def test_who_registers_again_before_confirming_gets_a_new_link_and_the_old_one_ends(client, sjovik):
    """SEC-01"""
    user = register(client)
    register(client, password="ett-annat-långt-lösenord")
    first, second = (
        re.search(r"/portal/bekrafta/\S+/", mail.body)[0]
        for mail in OutgoingMail.objects.filter(to=user.email).order_by("pk")
    )
    assert client.post(first).status_code == 410
    assert not User.objects.get(pk=user.pk).is_active
    client.post(second)
    assert User.objects.get(pk=user.pk).is_active
    assert User.objects.get(pk=user.pk).check_password("ett-annat-långt-lösenord")
    assert Representation.objects.count() == 1


def test_authority_is_not_approved_before_the_mail_address_is_confirmed(client, sjovik):
    """SEC-01"""
    register(client)
    row = Representation.objects.get()
    client.force_login(sjovik, BACKEND)
    answer = client.post(
        reverse("applications:authority", args=[row.provider_id]),
        {"representation": row.pk, "do": "approve"},
        follow=True,
    )
    assert "har inte bekräftat sin e-postadress än" in answer.content.decode()
    assert Representation.objects.get().approved_on is None
    assert not RoleAssignment.objects.filter(user=row.user).exists()


def test_staff_approve_the_authority_and_the_company_is_seen(client, sjovik):
    """SEC-01, CAP-08"""
    r = application_in("received")
    confirmed(client)
    representation = Representation.objects.get(user__username=STATED["mail"])
    Representation.objects.filter(pk=representation.pk).update(provider=r.application.provider)
    client.force_login(sjovik, BACKEND)
    page = reverse("applications:authority", args=[r.application.provider_id])
    client.post(page, {"representation": representation.pk, "do": "approve"})
    representation.refresh_from_db()
    assert (representation.approved_by, representation.approved_on) == (sjovik, TODAY)
    assert Event.objects.filter(name="approve_representation", actor=sjovik).count() == 1
    client.force_login(representation.user, BACKEND)
    assert client.get(reverse("portal:case", args=[r.application.pk])).status_code == 200
    client.force_login(sjovik, BACKEND)
    client.post(page, {"representation": representation.pk, "do": "end"})
    client.force_login(representation.user, BACKEND)
    assert client.get(reverse("portal:case", args=[r.application.pk])).status_code == 404


def test_an_applicant_may_not_approve_authority(client, sjovik):
    """SEC-01"""
    user = confirmed(client)
    RoleAssignment.objects.create(
        user=user, role=Role.APPLICANT, provider=Provider.objects.get(), valid_from=TODAY
    )
    row = Representation.objects.get()
    answer = client.post(
        reverse("applications:authority", args=[row.provider_id]),
        {"representation": row.pk, "do": "approve"},
    )
    assert answer.status_code == 403
    assert Representation.objects.get().approved_on is None


def test_the_company_drafts_attaches_sends_and_gets_its_receipt(client, sjovik):
    """LOV-01, SEC-01"""
    confirmed(client)
    case = begin(client)
    send(client, case, "save_draft", "k1", **particulars())
    for number, code in enumerate(("skv4820", "insurance", "qms")):
        send(
            client,
            case,
            "add_attachment",
            f"f{number}",
            file=pdf_file(f"{code}.pdf"),
            requirement=code,
            issued_on="2026-02-20",
            expires_on="2027-01-01",
        )
    answer = send(client, case, "submit", "k2")
    assert answer["Location"] == reverse("portal:case", args=[case.pk])
    page = client.get(answer["Location"]).content.decode()
    assert "Ansökan kom in <b>mån 2 mars 2026</b>" in page
    assert "LOV-2026-0001" in page
    row = ProviderApplication.objects.get()
    assert (row.state, row.arrived_on) == ("received", TODAY)
    assert set(row.attachments.values_list("requirement", flat=True)) == {
        "skv4820",
        "insurance",
        "qms",
    }
    assert Event.objects.filter(chain__name=row.chain, name="submit").count() == 1


def test_a_draft_is_seen_by_nobody_at_the_municipality(client, sjovik):
    """SEC-01"""
    confirmed(client)
    case = begin(client)
    client.force_login(sjovik, BACKEND)
    assert client.get(reverse("cases:case", args=[case.pk])).status_code == 404


def test_a_double_click_on_send_sends_once(client, sjovik):
    """CAP-05"""
    confirmed(client)
    case = begin(client)
    send(client, case, "save_draft", "k1", **particulars())
    version = Case.objects.get(pk=case.pk).version
    for _ in range(2):
        answer = send(client, case, "submit", "same-key", version)
        assert answer.status_code == 302
    assert Event.objects.filter(chain__name=case.chain, name="submit", kind="change").count() == 1


def test_an_old_page_says_what_changed_and_keeps_what_was_written(client, sjovik):
    """CAP-05"""
    confirmed(client)
    case = begin(client)
    send(client, case, "save_draft", "k1", **particulars())
    text = particulars() | {"contact_name": "Någon Annan"}
    answer = send(client, case, "save_draft", "k2", 1, **text)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ärendet har ändrats sedan du öppnade sidan: Spara utkast, Alva Havsgren" in page
    assert 'value="Någon Annan"' in page
    assert ProviderApplication.objects.get().contact_name == "Alva Havsgren"


def sheet(client, case: Case, button: str = "save", value: str = "", **data):
    """What the company's page sends in one go: particulars, files and the button pressed."""
    row = Case.objects.get(pk=case.pk)
    return client.post(
        reverse("portal:case", args=[case.pk]),
        {"key": f"sheet-{row.version}", "version": row.version, button: value, **data},
    )


def test_what_was_written_is_kept_whichever_button_is_pressed(client, sjovik):
    """LOV-01: a file is attached on the page where the particulars are typed."""
    confirmed(client)
    case = begin(client)
    half = {"contact_name": "Alva Havsgren", "capacity_ceiling_hours": "300"}
    answer = sheet(client, case, "attach", "qms", **half, **{"file-qms": pdf_file("qms.pdf")})
    assert answer.status_code == 302
    row = ProviderApplication.objects.get()
    assert (row.contact_name, row.capacity_ceiling_hours) == ("Alva Havsgren", 300)
    assert row.attachments.get().requirement == "qms"
    page = sheet(client, case, "send", **half)
    assert page.status_code == 422
    text = page.content.decode()
    assert "Det går inte än. Saknas: Uppdrag (omvårdnad, service eller båda);" in text
    assert 'value="Alva Havsgren"' in text
    assert ProviderApplication.objects.get().state == State.DRAFT


def test_one_press_saves_attaches_and_sends(client, sjovik):
    """LOV-01, SEC-01"""
    confirmed(client)
    case = begin(client)
    files = {f"file-{code}": pdf_file(f"{code}.pdf") for code in ("skv4820", "insurance", "qms")}
    days = {"issued-skv4820": "2026-02-20", "expires-insurance": "2027-01-01"}
    answer = sheet(client, case, "send", **particulars(), **files, **days)
    assert answer.status_code == 302
    row = ProviderApplication.objects.get()
    assert (row.state, row.arrived_on, str(row)) == ("received", TODAY, "LOV-2026-0001")
    assert row.attachments.count() == 3
    names = Event.objects.filter(chain__name=row.chain, kind="change").order_by("seq")
    assert list(names.values_list("name", flat=True)) == [
        "open_draft",
        "save_draft",
        "add_attachment",
        "add_attachment",
        "add_attachment",
        "submit",
    ]


def test_a_faulty_file_is_told_at_its_row_and_nothing_is_sent_in(client, sjovik):
    """LOV-01, CAP-18"""
    confirmed(client)
    case = begin(client)
    answer = sheet(
        client, case, "send", **particulars(), **{"file-qms": pdf_file("virus.exe", b"MZ\x90\x00")}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="fil-qms-fel"' in page
    assert "kan inte tas emot" in page
    assert "Det andra är sparat." in page
    row = ProviderApplication.objects.get()
    assert (row.state, row.contact_name) == ("draft", "Alva Havsgren")
    assert row.attachments.count() == 0


def test_a_double_click_begins_one_application(client, sjovik):
    """CAP-05"""
    confirmed(client)
    answers = [
        client.post(reverse("portal:new"), {"provider": Provider.objects.get().pk, "key": "same"})
        for _ in range(2)
    ]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert ProviderApplication.objects.count() == 1


def test_a_person_who_waits_for_approval_sees_the_name_they_gave(client, sjovik):
    """SEC-01: what the municipality calls the company is not shown for its number alone."""
    r = application_in("received")
    number = r.application.provider.organisation_number
    register(client, organisation_number=number)
    user = User.objects.get(username=STATED["mail"])
    User.objects.filter(pk=user.pk).update(is_active=True)
    client.force_login(user, BACKEND)
    client.post(reverse("portal:new"), {"provider": r.application.provider_id, "key": "k"})
    mine = ProviderApplication.objects.get(state="draft")
    assert mine.title == "Havsgläntans Omsorg AB"
    for page in (reverse("portal:home"), reverse("portal:case", args=[mine.pk])):
        assert "Fyrbåken" not in client.get(page).content.decode()


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (pdf_file("faktura.pdf", b"MZ\x90\x00" + b"\0" * 500), "inte det som filnamnet säger"),
        (pdf_file("virus.exe", b"MZ\x90\x00"), "kan inte tas emot"),
        (pdf_file("stor.pdf", b"%PDF-1.4" + b"0" * 2_000_000), "får vara högst 1 MB"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_what_to_do(
    client, sjovik, settings, file, text
):
    """CAP-18"""
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    confirmed(client)
    case = begin(client)
    answer = send(client, case, "add_attachment", file=file, requirement="qms")
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert Attachment.objects.count() == 0


def test_another_companys_case_does_not_exist_for_this_one(client, sjovik):
    """SEC-01"""
    r = application_in("received")
    Provider.objects.exclude(pk=r.application.provider_id).delete()
    user = confirmed_with_other_number(client)
    client.force_login(user, BACKEND)
    assert client.get(reverse("portal:case", args=[r.application.pk])).status_code == 404
    assert send(client, r.application, "withdraw").status_code == 404
    file = r.application.attachments.first()
    assert client.get(reverse("cases:attachment", args=[file.pk])).status_code == 404


def confirmed_with_other_number(client) -> User:
    user = register(client, organisation_number="559999-1022")
    user.is_active = True
    user.save()
    return user


def test_the_company_answers_a_completion_from_its_page(client, sjovik):
    """LOV-03"""
    r = application_in("received")
    r.review(at(TODAY))
    r.ask(at(TODAY), "Rutin för egenkontroll.", "qms")
    client.force_login(r.company, BACKEND)
    page = client.get(reverse("portal:case", args=[r.application.pk])).content.decode()
    assert "Detta behöver ni skicka senast måndag 16 mars 2026" in page
    assert "Rutin för egenkontroll." in page
    answer = sheet(
        client,
        r.application,
        "send",
        answer="Här är rutinen.",
        **{"file-qms": pdf_file("egen.pdf")},
    )
    assert answer.status_code == 302
    row = ProviderApplication.objects.get()
    assert (row.state, row.completions.get().outcome) == ("received", "came")


def test_reading_the_own_case_is_logged(client, sjovik):
    """SEC-02"""
    r = application_in("received")
    client.force_login(r.company, BACKEND)
    client.get(reverse("portal:case", args=[r.application.pk]))
    read = Event.objects.filter(chain__name=r.application.chain, kind="read").get()
    assert (read.name, read.actor) == ("read_case", r.company)


def test_a_sole_traders_number_is_encrypted_and_masked(client, sjovik):
    """SEC-03: 189002089804 is one of the tax agency's test numbers."""
    from django.db import connection

    register(client, organisation_number="900208-9804")
    provider = Provider.objects.get()
    assert provider.organisation_number == "9002089804"
    assert provider.shown_organisation_number == "900208-****"
    with connection.cursor() as cursor:
        cursor.execute("select organisation_number from organisation_provider")
        assert "9002089804" not in cursor.fetchone()[0]
    assert Provider.with_number("9002089804") == provider


def test_a_paper_application_is_entered_by_staff_and_arrives(client, sjovik):
    """LOV-01, LOV-15"""
    assert root_unit()
    client.force_login(sjovik, BACKEND)
    answer = client.post(
        reverse("applications:enter"),
        {
            "organisation_number": "559999-1014",
            "company": "Brevbäckens Omsorg AB",
            "address": "Box 1",
            "channel": "paper",
            "key": "paper-1",
        },
    )
    case = ProviderApplication.objects.get()
    assert answer["Location"] == reverse("cases:do", args=[case.pk, "register_arrival"])
    future = send(client, case, "register_arrival", found_on="2026-03-03")
    assert "ligger i framtiden" in future.content.decode()
    send(client, case, "register_arrival", "k2", found_on="2026-03-02", first_emptying="on")
    row = ProviderApplication.objects.get()
    assert (row.state, row.arrived_on) == ("received", date(2026, 2, 27))  # Friday before Monday


def test_a_double_click_enters_one_paper_application(client, sjovik):
    """CAP-05"""
    client.force_login(sjovik, BACKEND)
    stated = {
        "organisation_number": "559999-1014",
        "company": "Brevbäckens Omsorg AB",
        "address": "Box 1",
        "channel": "paper",
        "key": "same",
    }
    for _ in range(2):
        assert client.post(reverse("applications:enter"), stated).status_code == 302
    assert (ProviderApplication.objects.count(), Provider.objects.count()) == (1, 1)


def test_staff_correct_a_companys_facts_and_the_change_is_logged(client, sjovik):
    """CAP-05, SEC-02"""
    r = application_in("received")
    provider = r.application.provider
    client.force_login(sjovik, BACKEND)
    page = reverse("applications:company", args=[provider.pk])
    stated = {"name": provider.name, "address": "Nygatan 2, 000 00 Sjövik", "mail": "", "phone": ""}
    client.post(page, stated)
    provider.refresh_from_db()
    assert provider.address == "Nygatan 2, 000 00 Sjövik"
    assert Event.objects.filter(name="edit_company", actor=sjovik).count() == 1
    secretary = person(Role.COMMITTEE_SECRETARY)
    client.force_login(secretary, BACKEND)
    client.post(page, {**stated, "address": "Någon annanstans"})
    provider.refresh_from_db()
    assert provider.address == "Nygatan 2, 000 00 Sjövik"


# ---------------------------------------------------------------- the one door


def seen_by_staff(client, staff: User, provider: Provider) -> dict:
    """What the forms of the company's page send along."""
    client.force_login(staff, BACKEND)
    page = client.get(reverse("applications:company", args=[provider.pk]))
    return {name: page.context[name] for name in ("key", "version")}


def test_authority_is_approved_once_however_often_it_is_pressed(client, sjovik):
    """CAP-05, SEC-01"""
    confirmed(client)
    row = Representation.objects.get()
    page = reverse("applications:authority", args=[row.provider_id])
    said = {"representation": row.pk, "do": "approve"}
    sent = {**said, **seen_by_staff(client, sjovik, row.provider)}
    for told in ("är godkänd som företrädare", "var redan gjort"):
        answer = client.post(page, sent, follow=True)
        assert told in answer.content.decode()
    assert RoleAssignment.objects.filter(user=row.user, role=Role.APPLICANT).count() == 1
    again = client.post(page, said, follow=True).content.decode()
    assert "är redan godkänd som företrädare" in again
    events = Event.objects.filter(name="approve_representation").order_by("pk")
    assert list(events.values_list("kind", "chain__name", "personal")) == [
        ("change", f"provider:{row.provider_id}", True),
        ("refusal", f"provider:{row.provider_id}", True),
    ]
    assert OutgoingMail.objects.filter(subject__contains="behörighet är godkänd").count() == 1


def test_authority_is_not_approved_of_what_was_stated_after_the_page_was_opened(client, sjovik):
    """CAP-05, SEC-01: the person registered again, as somebody else."""
    user = register(client)
    row = Representation.objects.get()
    seen = seen_by_staff(client, sjovik, row.provider)
    client.logout()
    register(client, title="ombud", basis="power_of_attorney")
    User.objects.filter(pk=user.pk).update(is_active=True)
    client.force_login(sjovik, BACKEND)
    page = reverse("applications:authority", args=[row.provider_id])
    said = {"representation": row.pk, "do": "approve", **seen}
    answer = client.post(page, said, follow=True).content.decode()
    assert "har ändrats sedan du öppnade sidan: Företag registrerat, Alva Havsgren" in answer
    assert Representation.objects.get().approved_on is None


def test_an_old_page_of_a_company_changes_nothing_and_is_told(client, sjovik):
    """CAP-05, SEC-02"""
    provider = application_in("received").application.provider
    seen = seen_by_staff(client, sjovik, provider)
    page = reverse("applications:company", args=[provider.pk])
    stated = {"name": provider.name, "mail": "", "phone": "", **seen}
    assert client.post(page, {**stated, "address": "Nygatan 2"}).status_code == 302
    twice = client.post(page, {**stated, "address": "Nygatan 2"})
    assert twice.status_code == 302
    assert Event.objects.filter(name="edit_company").count() == 1
    late = client.post(page, {**stated, "address": "Storgatan 3", "key": "another"})
    assert late.status_code == 409
    told = "Företagets uppgifter har ändrats sedan du öppnade sidan: Företagets uppgifter ändrade"
    assert told in late.content.decode()
    assert 'value="Storgatan 3"' in late.content.decode()
    provider.refresh_from_db()
    assert provider.address == "Nygatan 2"


def test_a_link_that_was_replaced_or_is_of_an_ended_account_is_refused_in_the_log(client, sjovik):
    """CAP-06, SEC-01"""
    user = register(client)
    register(client, password="ett-annat-långt-lösenord")
    first = OutgoingMail.objects.filter(to=user.email).order_by("pk").first()
    client.post(re.search(r"/portal/bekrafta/\S+/", first.body)[0])
    event = Event.objects.get(name="confirm_mail")
    assert (event.kind, event.chain.name, event.actor) == ("refusal", f"user:{user.pk}", user)
    latest = OutgoingMail.objects.filter(to=user.email).order_by("pk").last()
    client.post(re.search(r"/portal/bekrafta/\S+/", latest.body)[0])
    assert User.objects.get(pk=user.pk).is_active, "an attempt does not use the account up"


def test_who_was_confirmed_while_they_registered_again_is_told_by_mail(client, sjovik, monkeypatch):
    """CAP-05, SEC-01: the account that is opened keeps its password."""
    user = register(client)
    read = registration._awaits_confirmation

    def meanwhile(person: User) -> bool:
        found = read(person)
        if found:
            User.objects.filter(pk=user.pk).update(is_active=True)
        return found

    monkeypatch.setattr(registration, "_awaits_confirmation", meanwhile)
    register(client, password="ett-annat-långt-lösenord")
    assert User.objects.get(pk=user.pk).check_password(STATED["password"])
    assert OutgoingMail.objects.filter(subject__contains="redan ett konto").count() == 1
