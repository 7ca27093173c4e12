"""People who log in, administered on pages; every change has its line in the log (SEC-02)."""

import re

import pytest
from axes.conf import settings as axes_settings
from axes.models import AccessAttempt
from django.forms import Form
from django.test import Client
from django.urls import reverse

from audit import clock
from audit.models import Event
from cases.calendar import add_days
from cases.models import Notification, OutgoingMail
from door.performing import perform
from door.refusals import NotAllowed, Refused
from organisation.authority import actor_on
from organisation.commands.logins import ChangePassword, UnlockUser
from organisation.commands.users import EndUser, ReopenUser
from organisation.models import Provider, RoleAssignment, Substitution, Unit, User
from organisation.roles import Role
from tests.factories import SINCE, person, root_unit, stands_in
from tests.organisation import CHANGED, queries_of, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def north():
    return Unit.objects.create(name="Hemtjänst Norr", parent=root_unit(), valid_from=SINCE)


@pytest.fixture
def south():
    return Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)


@pytest.fixture
def admin(client):
    user = person(Role.VIVA_ADMINISTRATOR)
    client.force_login(user)
    return user


@pytest.fixture
def planner(north):
    return person(Role.PLANNER, north, name="Sofia Kvarnby")


def address(name: str, *args: int) -> str:
    return reverse(f"organisation:{name}", args=args)


def events(user: User) -> list[str]:
    return list(
        Event.objects.filter(chain__name=f"user:{user.pk}", kind=Event.Kind.CHANGE)
        .order_by("seq")
        .values_list("name", flat=True)
    )


def last_event(user: User) -> Event:
    return Event.objects.filter(chain__name=f"user:{user.pk}").order_by("-seq").first()


def new_user(where: Unit, from_day: str, **more: str) -> dict:
    return {
        "username": "ada",
        "name": "Ada Lindö",
        "email": "ada@sjovik.example",
        "phone": "",
        "role": "planner",
        "unit": where.pk,
        "valid_from": from_day,
        "valid_to": "",
        **more,
    }


def test_a_new_user_gets_a_role_and_a_password_that_is_shown_once(client, admin, north, today):
    """SEC-01, SEC-02, SEC-04."""
    answer = client.post(address("user_add"), new_user(north, today.isoformat()))
    ada = User.objects.get(username="ada")
    password = re.search(r"<b translate=\"no\">([a-z0-9-]{19})</b>", answer.content.decode())[1]
    assert ada.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    assert password not in client.get(address("user", ada.pk)).content.decode()
    assert actor_on(ada, today).holding({Role.PLANNER}, north.path)
    assert events(ada) == ["add_role", "add_user"]
    added = Event.objects.get(name="add_user")
    assert added.personal
    assert added.actor == admin
    assert added.values.values["name"] == [None, "Ada Lindö"]
    assert password not in str(
        list(Event.objects.filter(values__isnull=False).values_list("values__values"))
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"username": "VIVA-administrator"}, "Användarnamnet finns redan. Välj ett annat."),
        ({"username": "200001072388"}, "Använd inte personnumret som användarnamn."),
        ({"valid_from": "2020-01-01"}, "Det kan inte börja gälla bakåt i tiden."),
        ({"unit": ""}, "måste fyllas i"),
        ({"role": "applicant"}, "Välj ett giltigt alternativ"),
    ],
)
def test_a_wrong_new_user_is_refused_with_what_to_do(client, admin, north, today, more, message):
    answer = client.post(address("user_add"), new_user(north, today.isoformat(), **more))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not User.objects.filter(name="Ada Lindö").exists()
    assert not Event.objects.exists()


def test_the_list_is_filtered_by_name_role_unit_and_activity(client, admin, north, south):
    person(Role.PLANNER, north, name="Åsa Norrby", username="asa")
    person(Role.NURSE, south, name="Bo Söderby", username="bo")
    User.objects.create(username="old", name="Cilla Slutby", is_active=False)

    def names(**query) -> set[str]:
        page = client.get(address("users"), query).context["page"]
        return {user.name for user in page} - {admin.name}

    assert names() == {"Åsa Norrby", "Bo Söderby"}
    assert names(namn="åsa") == {"Åsa Norrby"}
    assert names(roll="nurse") == {"Bo Söderby"}
    assert names(enhet=north.pk) == {"Åsa Norrby"}
    assert names(enhet=root_unit().pk, roll="nurse") == {"Bo Söderby"}
    assert names(visa="avslutade") == {"Cilla Slutby"}
    assert names(visa="alla") == {"Åsa Norrby", "Bo Söderby", "Cilla Slutby"}


def test_the_list_costs_the_same_number_of_queries_however_many_there_are(client, admin, north):
    few = queries_of(client, address("users"))
    for number in range(30):
        person(Role.CARE_STAFF, north, username=f"staff-{number}")
    assert queries_of(client, address("users")) == few


def test_changed_particulars_are_logged_with_what_they_were(client, admin, planner):
    sent = {"name": "Sofia Kvarnby Lind", "email": planner.email, "phone": "070-123 45 67"}
    client.post(address("user_change", planner.pk), sent)
    planner.refresh_from_db()
    assert planner.name == "Sofia Kvarnby Lind"
    event = last_event(planner)
    assert (event.name, event.personal) == ("change_user", True)
    assert event.values.values == {
        "name": ["Sofia Kvarnby", "Sofia Kvarnby Lind"],
        "phone": ["", "070-123 45 67"],
        "version": 2,
    }
    page = client.get(address("user", planner.pk)).content.decode()
    assert "Sofia Kvarnby Lind" in page
    assert "Uppgifter ändrades" in page


def test_reading_a_persons_page_is_logged_and_saving_nothing_is_not(client, admin, planner):
    client.get(address("user", planner.pk))
    event = last_event(planner)
    assert (event.name, event.kind, event.actor) == ("read_user", "read", admin)
    same = {"name": planner.name, "email": planner.email, "phone": ""}
    client.post(address("user_change", planner.pk), same)
    assert events(planner) == []


def test_a_role_is_added_for_a_period_and_not_twice(client, admin, planner, south, today):
    sent = {"role": "nurse", "unit": south.pk, "valid_from": today, "valid_to": today}
    assert client.post(address("role_add", planner.pk), sent).status_code == 302
    assert events(planner) == ["add_role"]
    again = client.post(address("role_add", planner.pk), sent)
    assert again.status_code == 422
    assert "har redan rollen" in again.content.decode()
    assert planner.roles.filter(role="nurse").count() == 1


def test_a_providers_manager_holds_the_role_with_the_provider(client, admin, planner, today):
    company = Provider.objects.create(name="Strandlinan Hemtjänst AB")
    sent = {"role": "provider-manager", "unit": root_unit().pk, "valid_from": today}
    wrong = client.post(address("role_add", planner.pk), sent).content.decode()
    assert "Välj utförare." in wrong
    assert "Rollen hålls inte här." in wrong
    sent |= {"unit": "", "provider": company.pk}
    assert client.post(address("role_add", planner.pk), sent).status_code == 302
    assert actor_on(planner, today).provider_ids == {company.pk}


def test_a_role_ends_on_its_last_day(client, admin, planner, today):
    role = planner.roles.get()
    client.post(address("role_end", planner.pk, role.pk), {"last_day": today})
    role.refresh_from_db()
    assert role.valid_to == today
    assert last_event(planner).values.values["valid_to"] == [None, today.isoformat()]


def test_a_role_cannot_be_ended_in_the_past_but_from_now(client, admin, planner, today):
    role = planner.roles.get()
    place = address("role_end", planner.pk, role.pk)
    yesterday = clock.day_before(today)
    assert client.post(place, {"last_day": clock.day_before(yesterday)}).status_code == 422
    assert client.post(place, {"last_day": yesterday}).status_code == 302
    assert actor_on(planner, today).roles == []
    assert actor_on(planner, yesterday).roles == [Role.PLANNER]


def test_a_role_given_by_mistake_today_can_be_taken_away_at_once(client, admin, north, today):
    bo = person(Role.NURSE, north, username="bo")
    bo.roles.update(valid_from=today)
    role = bo.roles.get()
    client.post(address("role_end", bo.pk, role.pk), {"last_day": clock.day_before(today)})
    assert not bo.roles.exists()
    assert last_event(bo).values.values["role"] == ["nurse", "nurse"]


def test_a_move_ends_the_old_role_the_day_before_and_begins_the_new(
    client, admin, planner, north, south, today
):
    """One step: on no day is the person without the role, and on none in both units."""
    old = planner.roles.get()
    sent = {"unit": south.pk, "valid_from": today.isoformat()}
    client.post(address("role_move", planner.pk, old.pk), sent)
    yesterday = clock.day_before(today)
    assert actor_on(planner, yesterday).unit_paths({Role.PLANNER}) == [north.path]
    assert actor_on(planner, today).unit_paths({Role.PLANNER}) == [south.path]
    assert last_event(planner).values.values["unit"] == ["Hemtjänst Norr", "Hemtjänst Söder"]


def test_an_ended_user_keeps_everything_but_access(client, admin, planner, today):
    substitute = person(Role.NURSE)
    stands_in(substitute, planner, SINCE, add_days(today, 365))
    client.force_login(planner)
    assert client.get(address("matrix")).status_code == 200
    client.force_login(admin)
    client.post(address("user_end", planner.pk))
    planner.refresh_from_db()
    assert not planner.is_active
    assert planner.roles.get().valid_to == today
    assert Substitution.objects.get().valid_to == today
    assert actor_on(planner, today).holdings == ()
    assert actor_on(substitute, today).roles == [Role.NURSE]
    assert events(planner) == ["end_user"]


def test_an_open_session_ends_with_the_user(client, admin, planner):
    from django.test import Client

    theirs = Client()
    theirs.force_login(planner)
    client.post(address("user_end", planner.pk))
    assert theirs.get(address("matrix")).status_code == 302


def test_an_ended_user_can_be_opened_again_without_roles(client, admin, planner, today):
    client.post(address("user_end", planner.pk))
    client.post(address("user_reopen", planner.pk))
    planner.refresh_from_db()
    assert planner.is_active
    assert events(planner) == ["end_user", "reopen_user"]


@pytest.mark.parametrize("page", ["user_end", "user_password", "role_add", "user_second_factor"])
def test_nobody_changes_their_own_roles_or_log_in(client, admin, page):
    answer = client.post(address(page, admin.pk))
    assert answer.status_code == 403
    assert "ändras av en annan systemförvaltare" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.is_active
    assert events(admin) == []


def test_a_new_password_is_shown_once_and_never_logged(client, admin, planner):
    """SEC-04: and its owner is told of it, without it."""
    answer = client.post(address("user_password", planner.pk))
    password = re.search(r"<b translate=\"no\">(.*?)</b>", answer.content.decode())[1]
    planner.refresh_from_db()
    assert planner.check_password(password)
    assert events(planner) == ["reset_password"]
    assert last_event(planner).fields == ["version"]
    said = "Du har fått ett nytt tillfälligt lösenord i Kundval. Ylva Stenmark skapade lösenordet"
    assert Notification.objects.get(user=planner).text.startswith(said)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.subject) == (planner.email, "Kundval: nytt lösenord")
    assert mail.body.startswith(f"Hej!\n\n{said} och lämnar det till dig personligen.")
    assert password not in mail.body


def test_a_temporary_password_opens_nothing_but_its_own_change(client, admin, north, today):
    """SEC-04: for a new user, from the first login until the password is their own."""
    answer = client.post(address("user_add"), new_user(north, today.isoformat()))
    temporary = re.search(r"<b translate=\"no\">(.*?)</b>", answer.content.decode())[1]
    assert OutgoingMail.objects.get().subject == "Kundval: ny användare"
    ada = Client()
    ada.post(reverse("account_login"), {"login": "ada", "password": temporary})
    change = reverse("account_change_password")
    for closed in (
        "/",
        "/hem/",
        reverse("cases:inbox"),
        reverse("account"),
        reverse("board:board"),
        reverse("mfa_activate_totp"),
    ):
        found = ada.get(closed)
        assert (found.status_code, found.get("Location")) == (302, change), closed
    assert "Du har loggat in med ett tillfälligt lösenord." in ada.get(change).content.decode()

    def chosen(new: str):
        return ada.post(change, {"oldpassword": temporary, "password1": new, "password2": new})

    assert "Välj ett annat lösenord än det tillfälliga." in chosen(temporary).content.decode()
    assert ada.get("/hem/").status_code == 302
    assert chosen("fyra-gula-segel-bär").url == reverse("account")
    user = User.objects.get(username="ada")
    assert not user.must_change_password
    assert user.check_password("fyra-gula-segel-bär")
    assert events(user)[-2:] == ["logged_in", "change_password"]
    assert ada.get("/hem/").status_code == 200


def test_the_second_factor_is_set_up_after_the_password_is_ones_own(client, settings):
    """SEC-04: neither rule sends the person round in a ring."""
    settings.SECOND_FACTOR_REQUIRED = True
    user = person(Role.PLANNER)
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    client.force_login(user)
    change = reverse("account_change_password")
    assert client.get("/konto/").url == change
    assert client.get(change).status_code == 200
    new = "fyra-gula-segel-bär"
    client.post(change, {"oldpassword": "lösenord-för-prov", "password1": new, "password2": new})
    assert client.get("/hem/").url == reverse("account")
    assert client.get(reverse("account")).status_code == 200


def test_unlocking_is_offered_only_when_the_person_is_locked_out(client, admin, planner):
    page = client.get(address("user", planner.pk))
    assert not page.context["locked"]
    AccessAttempt.objects.create(
        username=planner.username,
        ip_address="127.0.0.1",
        user_agent="test",
        failures_since_start=axes_settings.AXES_FAILURE_LIMIT,
        attempt_time=clock.real_now(),
    )
    page = client.get(address("user", planner.pk))
    assert page.context["locked"]
    assert address("user_unlock", planner.pk) in page.content.decode()
    client.post(address("user_unlock", planner.pk))
    assert not AccessAttempt.objects.exists()
    assert events(planner) == ["unlock_user"]


def test_an_administrator_of_a_unit_reaches_only_those_who_hold_roles_there(
    client, north, south, planner
):
    """SEC-01: other people are not known to exist, nor can roles be given elsewhere."""
    client.force_login(person(Role.VIVA_ADMINISTRATOR, north, username="north-admin"))
    elsewhere = person(Role.NURSE, south, username="elsewhere")
    both = person(Role.NURSE, north, username="both")
    person(Role.DIRECTOR, username="both")
    company = User.objects.create(username="nora", name="Nora Ljungskär")
    RoleAssignment.objects.create(
        user=company,
        role=Role.APPLICANT,
        provider=Provider.objects.create(name="Bolaget AB"),
        valid_from=SINCE,
    )
    listed = {user.username for user in client.get(address("users")).context["page"]}
    assert listed == {"planner", "north-admin"}
    for user in (elsewhere, both, company):
        assert client.get(address("user", user.pk)).status_code == 404
        assert client.post(address("user_password", user.pk)).status_code == 404
    sent = {"role": "director", "unit": root_unit().pk, "valid_from": clock.today()}
    assert client.post(address("role_add", planner.pk), sent).status_code == 422
    assert not planner.roles.filter(role="director").exists()


def test_another_persons_role_is_not_found_under_this_one(client, admin, planner, south):
    other = person(Role.NURSE, south, username="other").roles.get()
    place = address("role_end", planner.pk, other.pk)
    assert client.post(place, {"last_day": clock.today()}).status_code == 404


def test_a_substitutes_change_carries_both_names(client, planner, today):
    """CAP-08."""
    admin = person(Role.VIVA_ADMINISTRATOR)
    substitute = person(Role.IT_COORDINATOR)
    stands_in(substitute, admin, SINCE, today)
    client.force_login(substitute)
    client.post(address("user_change", planner.pk), {"name": "Ny Namnsson"})
    event = last_event(planner)
    assert (event.actor, event.on_behalf_of) == (substitute, admin)


def test_the_list_as_excel_writes_what_people_typed_as_text(client, admin, north):
    from io import BytesIO

    from openpyxl import load_workbook

    person(Role.PLANNER, north, name='=HYPERLINK("x")', username="evil")
    answer = client.get(address("users_export"), {"roll": "planner"})
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]][:2] == ["Namn", "Användarnamn"]
    assert len(rows) == 2
    assert (rows[1][0].value, rows[1][0].data_type) == ('=HYPERLINK("x")', "s")


def test_the_same_page_of_a_person_sent_twice_is_done_once(client, admin, planner):
    """CAP-05, CAP-06, SEC-02."""
    sent = {"name": "Sofia Lind", "email": planner.email, "phone": "", "key": "k1", "version": 1}
    for _ in range(2):
        assert client.post(address("user_change", planner.pk), sent).status_code == 302
    assert events(planner) == ["change_user"]


def test_the_same_new_user_sent_twice_is_one_user_with_one_password(client, admin, north, today):
    """CAP-05, SEC-04."""
    sent = new_user(north, today.isoformat(), key="k1")
    for _ in range(2):
        client.post(address("user_add"), sent)
    assert User.objects.filter(username__iexact="ada").count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_role_is_not_moved_from_a_page_older_than_the_persons_roles(
    client, admin, planner, south, today
):
    """CAP-05, SEC-01: the role that was moved meanwhile is not moved again."""
    role = planner.roles.get()
    client.post(
        address("role_add", planner.pk), {"role": "nurse", "unit": south.pk, "valid_from": today}
    )
    page = address("role_move", planner.pk, role.pk)
    answer = client.post(page, {"unit": south.pk, "valid_from": today, "version": 1})
    assert answer.status_code == 409
    assert CHANGED in answer.content.decode()
    assert "Roll lades till (" in answer.content.decode()
    role.refresh_from_db()
    assert role.valid_to is None
    assert events(planner) == ["add_role"]


def test_a_second_new_password_from_the_same_page_is_neither_made_nor_shown(client, admin, planner):
    """CAP-05, SEC-04: the one that was shown is the one that opens."""
    sent = {"key": "k1", "version": 1}
    first = client.post(address("user_password", planner.pk), sent).content.decode()
    again = client.post(address("user_password", planner.pk), sent)
    assert (again.status_code, again.url) == (302, address("user", planner.pk))
    planner.refresh_from_db()
    assert planner.check_password(re.search(r"<b translate=\"no\">(.*?)</b>", first)[1])
    assert events(planner) == ["reset_password"]


def test_what_a_person_may_not_do_with_themselves_is_refused_and_logged(admin, planner, now):
    """CAP-05, CAP-06, SEC-01: by whatever way the command comes."""
    for who, whom, command in (
        (admin, admin, ReopenUser()),
        (admin, planner, ChangePassword()),
        (planner, admin, UnlockUser()),
    ):
        with pytest.raises(NotAllowed):
            perform(whom, command, who, at=now)
    assert refusals(f"user:{admin.pk}") == [
        "Dina egna roller och din egen inloggning ändras av en annan systemförvaltare.",
        "”Lås upp” får inte göras enligt din roll.",
    ]
    assert refusals(f"user:{planner.pk}") == ["”Byt lösenord” gör var och en för sig själv."]


def test_who_has_ended_is_not_ended_again_by_the_command(admin, planner, now):
    """CAP-05, SEC-01."""
    User.objects.filter(pk=planner.pk).update(is_active=False)
    with pytest.raises(Refused, match="går inte att göra nu"):
        perform(planner, EndUser(filled=Form({})), admin, at=now)
    assert len(refusals(f"user:{planner.pk}")) == 1
