"""Logging in: password, second factor, lock, the municipality's identity provider, inactivity."""

import re
import socket
from contextlib import contextmanager
from datetime import date
from urllib.parse import parse_qs, urlsplit

import oidc_provider_mock
import pytest
import requests
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt
from axes.utils import reset
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.urls import NoReverseMatch, reverse

from audit.models import Event, EventValues
from config import identity_provider
from organisation import account_urls
from organisation.models import Provider, Representation, RoleAssignment, User
from organisation.roles import Role
from tests.factories import SINCE, at, person, stands_in

pytestmark = pytest.mark.django_db
PASSWORD = "lösenord-för-prov"
REFUSED = "Användarnamnet eller lösenordet stämmer inte."
LOGIN = "/konto/logga-in/"


@pytest.fixture(autouse=True)
def no_counts_of_earlier_tests():
    cache.clear()


@pytest.fixture
def samira():
    return person(Role.DEVELOPMENT_STRATEGIST, username="samira.norrgren")


@pytest.fixture
def second_factor(settings):
    settings.SECOND_FACTOR_REQUIRED = True


def company_user() -> User:
    """Somebody who represents a company that applies."""
    user = User.objects.create_user("nora", "nora@bolag.example", PASSWORD, name="Nora Ljungskär")
    company = Provider.objects.create(name="Björkens omsorg AB")
    RoleAssignment.objects.create(
        user=user, role=Role.APPLICANT, provider=company, valid_from=SINCE
    )
    Representation.objects.create(
        user=user,
        provider=company,
        claimed_name=company.name,
        title="Ägare",
        basis=Representation.Basis.SIGNATORY,
        registered_at=at(SINCE),
    )
    return user


def log_in(client, username="samira.norrgren", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": username, "password": password}, **more)


def events_of(user: User | None) -> list[tuple[str, str]]:
    """(name, kind) of the login events of a person, or of those that match nobody."""
    chain = f"user:{user.pk}" if user else "login"
    return list(Event.objects.filter(chain__name=chain).order_by("seq").values_list("name", "kind"))


def code_now(secret: str) -> str:
    return totp.format_hotp_value(
        totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time()))
    )


def set_up_app(client) -> str:
    """Add a code app by the pages; returns its secret."""
    client.post("/konto/bekrafta/", {"password": PASSWORD})
    page = client.get("/konto/tvasteg/app/")
    secret = page.context["form"].secret
    done = client.post("/konto/tvasteg/app/", {"code": code_now(secret)})
    assert done.status_code == 302, done.context["form"].errors
    cache.clear()  # the same code may be used again in a test
    return secret


def test_a_person_logs_in_with_name_and_password_and_out_again(client, samira):
    """SEC-04, SEC-02."""
    assert log_in(client, "Samira.Norrgren").url == "/"
    assert client.get("/hem/").status_code == 200
    client.post("/konto/logga-ut/")
    assert client.get("/hem/").status_code == 302
    assert events_of(samira) == [("logged_in", "change"), ("logged_out", "change")]


def test_a_failure_does_not_tell_whether_the_person_exists(client, samira):
    """SEC-04, SEC-02: nor does the log keep what was typed for a name that nobody has."""
    known = log_in(client, password="fel")
    unknown = log_in(client, "hemligt-ord-i-fel-ruta", "fel")
    assert REFUSED in known.content.decode()
    assert REFUSED in unknown.content.decode()
    assert events_of(samira) == events_of(None) == [("login_failed", "refusal")]
    assert not EventValues.objects.exists()
    assert not AccessAttempt.objects.filter(post_data__contains="hemligt").exists()


def test_an_ended_person_cannot_log_in(client, samira):
    """SEC-04."""
    User.objects.filter(pk=samira.pk).update(is_active=False)
    assert REFUSED in log_in(client).content.decode()
    assert client.get("/hem/").status_code == 302


def test_five_failures_lock_the_person_until_time_or_administrator_opens(client, samira):
    """SEC-04: however the name is written; and nobody else is locked."""
    other = person(Role.REGISTRAR, username="inger")
    for name in ["samira.norrgren", "SAMIRA.norrgren", "samira.norrgren", "Samira.Norrgren"]:
        assert log_in(client, name, "fel").status_code == 200
    locked = log_in(client, password="fel")
    assert locked.status_code == 429
    assert "Inloggningen är låst i 15 minuter" in locked.content.decode()
    assert log_in(client).status_code == 429, "the right password does not help"
    assert (
        events_of(samira)[-3:] == [("login_failed", "refusal")] + [("login_locked", "refusal")] * 2
    )
    assert log_in(client, other.username).status_code == 302
    client.post("/konto/logga-ut/")

    reset(username=samira.username)
    assert log_in(client).status_code == 302


def test_a_name_that_nobody_has_is_locked_like_one_that_somebody_has(client, samira):
    """SEC-04: spelled in capitals or small letters, so that the lock does not tell which exist."""
    spellings = ["{}", "{}", " {}", "{}"]
    statuses = {
        known: [
            log_in(client, spelling.format(name.upper() if n % 2 else name), "fel").status_code
            for n, spelling in enumerate([*spellings, "{}"])
        ]
        for known, name in (("known", samira.username), ("unknown", "ingen.alls"))
    }
    assert statuses == {"known": [200, 200, 200, 200, 429], "unknown": [200, 200, 200, 200, 429]}


def test_the_lock_opens_after_fifteen_minutes(client, samira):
    """SEC-04."""
    for _ in range(5):
        log_in(client, password="fel")
    AccessAttempt.objects.update(attempt_time=at(date(2026, 1, 1)))
    assert log_in(client).status_code == 302


def test_nobody_signs_up_by_themselves():
    """SEC-04: companies register in the portal, staff are added by the administrator."""
    for name in ("account_signup", "socialaccount_signup", "account_reset_password"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_every_page_of_the_account_says_who_may_open_it():
    """SEC-01, SEC-04."""
    allowed = {pattern.name: pattern.callback.access for pattern in account_urls.urlpatterns}
    assert set(allowed.values()) == {"public", "logged_in"}
    assert {name for name, access in allowed.items() if access == "public"} == {
        "account_login",
        "account_logout",
        "account_inactive",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "openid_connect_login",
        "openid_connect_callback",
        "socialaccount_login_cancelled",
    }


def test_pages_of_the_account_need_a_login(client):
    """SEC-01: refused without a login, page by page."""
    for pattern in account_urls.urlpatterns:
        if pattern.callback.access == "logged_in":
            kwargs = {"pk": 1} if "pk" in pattern.pattern.converters else {}
            page = client.get(reverse(pattern.name, kwargs=kwargs))
            assert page.status_code == 302, pattern.name
            assert page.url.startswith(LOGIN), pattern.name


def test_my_account_shows_roles_and_substitutes_of_today(client, samira):
    """SEC-04, CAP-08."""
    jonas = person(Role.INVESTIGATOR)
    client.force_login(samira)
    today = client.get("/konto/").wsgi_request.today
    stands_in(jonas, samira, today, today)
    page = client.get("/konto/").content.decode()
    assert "Utvecklingsstrateg, Socialförvaltningen" in page
    assert "Jonas Ekfors ersätter dig" in page


def test_a_person_changes_their_password(client, samira):
    """SEC-04: refused without the old one."""
    client.force_login(samira)
    new = {"password1": "fyra ord i en rad", "password2": "fyra ord i en rad"}
    refused = client.post("/konto/losenord/", {"oldpassword": "fel", **new})
    assert "Lösenordet stämmer inte." in refused.content.decode()
    client.post("/konto/losenord/", {"oldpassword": PASSWORD, **new})
    samira.refresh_from_db()
    assert samira.check_password("fyra ord i en rad")
    assert events_of(samira) == [("change_password", "change")]
    assert client.get("/hem/").status_code == 200, "the session in use goes on"


def test_staff_without_a_second_factor_set_one_up_before_anything_else(
    client, samira, second_factor, django_capture_on_commit_callbacks
):
    """SEC-04."""
    log_in(client)
    refused = client.get("/hem/")
    assert refused.status_code == 302
    assert refused.url == "/konto/"
    page = client.get("/konto/").content.decode()
    assert "Lägg upp tvåstegsverifiering innan du fortsätter" in page

    with django_capture_on_commit_callbacks(execute=True):
        secret = set_up_app(client)
    assert client.get("/hem/").status_code == 200
    assert events_of(samira)[-2:] == [("add_second_factor", "change")] * 2  # and the recovery codes
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept, "it stands encrypted"


def test_the_second_factor_is_not_asked_of_companies_nor_when_the_setting_is_off(
    client, samira, settings
):
    """SEC-04."""
    log_in(client)
    assert client.get("/hem/").status_code == 200
    client.post("/konto/logga-ut/")
    settings.SECOND_FACTOR_REQUIRED = True
    company_user()
    log_in(client, "nora")
    assert client.get("/konto/losenord/").status_code == 200


def test_login_asks_for_the_code_and_takes_each_recovery_code_once(client, samira):
    """SEC-04: a wrong code is refused and counted."""
    client.force_login(samira)
    secret = set_up_app(client)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert codes[0] in client.get("/konto/tvasteg/koder/").content.decode()
    client.post("/konto/logga-ut/")

    assert log_in(client).url == "/konto/tvasteg/kod/"
    assert client.get("/hem/").status_code == 302
    wrong = client.post("/konto/tvasteg/kod/", {"code": "000000"})
    assert "Koden stämmer inte." in wrong.content.decode()
    assert events_of(samira)[-1] == ("login_failed", "refusal")
    assert client.post("/konto/tvasteg/kod/", {"code": code_now(secret)}).url == "/"
    client.post("/konto/logga-ut/")

    log_in(client)
    assert client.post("/konto/tvasteg/kod/", {"code": codes[0]}).url == "/"
    client.post("/konto/logga-ut/")
    log_in(client)
    assert client.post("/konto/tvasteg/kod/", {"code": codes[0]}).status_code == 200


def test_guessing_codes_locks_like_guessing_passwords(client, samira):
    """SEC-04."""
    client.force_login(samira)
    secret = set_up_app(client)
    client.post("/konto/logga-ut/")
    log_in(client)
    answers = [client.post("/konto/tvasteg/kod/", {"code": "000000"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    assert client.post("/konto/tvasteg/kod/", {"code": code_now(secret)}).status_code == 429
    assert client.get("/hem/").status_code == 302


def test_every_page_that_one_can_reach_is_in_swedish_and_in_our_frame(client, samira):
    """SEC-04."""
    pages = [client.get(f"/konto/{part}/") for part in ("logga-in", "avslutad", "kommun/avbruten")]
    client.force_login(samira)
    pages += [client.get(f"/konto/{part}/") for part in ("bekrafta", "losenord", "logga-ut")]
    set_up_app(client)
    key = Authenticator.objects.create(
        user=samira, type="webauthn", data={"name": "Arbetsdatorn", "credential": {}}
    )
    for part in ("app/ta-bort", "koder", "koder/nya", "bekrafta"):
        pages.append(client.get(f"/konto/tvasteg/{part}/"))
    for part in (f"{key.pk}/ta-bort", f"{key.pk}/namn"):
        pages.append(client.get(f"/konto/nyckel/{part}/"))
    pages.append(client.get("/konto/"))
    english = re.compile(
        r"\b(password|sign|account|code|key|security|authenticator|remove|confirm|your|the)\b",
        re.IGNORECASE,
    )
    for page in pages:
        assert page.status_code == 200, page.request["PATH_INFO"]
        html = page.content.decode()
        assert 'class="kv-brand"' in html
        text = re.sub(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", " ", html, flags=re.DOTALL)
        assert not english.findall(text), (page.request["PATH_INFO"], english.findall(text))


def test_a_session_that_ended_by_inactivity_says_so(client, samira):
    """SEC-04: and every page opened gives it its full time again."""
    client.force_login(samira)
    page = client.get("/hem/")
    assert "sessionid" in page.cookies, "sent anew with every answer"
    client.session.flush()
    client.cookies["sessionid"] = "slut"
    assert client.get("/konto/losenord/").url == f"{LOGIN}?next=/konto/losenord/"
    assert "Du har inte gjort något på en stund" in client.get(LOGIN).content.decode()

    client.cookies["sessionid"] = "slut"
    assert client.post("/konto/losenord/").url == f"{LOGIN}?next=/"


def test_a_visitor_without_a_session_gets_no_notice(client):
    """SEC-04."""
    client.get("/hem/")
    assert "Du har inte gjort något" not in client.get(LOGIN).content.decode()


# The municipality's identity provider


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


@pytest.fixture
def provider(settings, monkeypatch):
    """A provider on loopback that knows three people, and Kundval set to use it."""
    known = [
        oidc_provider_mock.User(
            sub=f"id-{name}", claims={"preferred_username": name, "personal_number": "hemligt"}
        )
        for name in ("samira.norrgren", "okänd.person", "nora")
    ]
    with served(settings, monkeypatch, user_claims=known) as server:
        yield server


@contextmanager
def served(settings, monkeypatch, **more):
    """The provider runs. The environment is set before its threads begin: faketime reads it in each."""
    port = free_port()
    use_provider(settings, monkeypatch, port)
    with oidc_provider_mock.run_server_in_thread(port=port, **more) as server:
        yield server


def use_provider(settings, monkeypatch, port: int) -> None:
    monkeypatch.setenv("KUNDVAL_OIDC_ISSUER", f"http://localhost:{port}")
    monkeypatch.setenv("KUNDVAL_OIDC_CLIENT_ID", "kundval")
    monkeypatch.setenv("KUNDVAL_OIDC_SECRET", "prov")
    monkeypatch.setenv("KUNDVAL_OIDC_NAME", "Sjövik kommuns inloggning")
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider.providers()


def to_provider(client, query="") -> str:
    """From the login page's button to the provider's own page."""
    address = reverse("openid_connect_login", args=[identity_provider.PROVIDER_ID])
    return client.get(address + query).url


def back_from_provider(address: str, **form: str) -> str:
    """What the person does at the provider; returns where on our side it sends them."""
    answer = requests.post(address, data=form, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def log_in_with_provider(client, name: str, query=""):
    return client.get(back_from_provider(to_provider(client, query), sub=f"id-{name}"), follow=True)


def test_a_person_logs_in_by_the_municipality_without_a_second_factor_here(
    client, samira, provider, second_factor
):
    """SEC-04: the provider has checked it. Of its claims only the one we know people by is used."""
    assert "Sjövik kommuns inloggning" in client.get(LOGIN).content.decode()
    for _ in range(2):
        page = log_in_with_provider(client, "samira.norrgren")
        assert page.redirect_chain[-1][0] == "/hem/"
        assert page.status_code == 200
        client.post("/konto/logga-ut/")
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (samira, "id-samira.norrgren", {})
    assert events_of(samira) == [("logged_in", "change"), ("logged_out", "change")] * 2


def test_a_code_app_is_not_asked_of_those_whom_the_provider_has_checked(client, samira, provider):
    """SEC-04."""
    client.force_login(samira)
    set_up_app(client)
    client.post("/konto/logga-ut/")
    page = log_in_with_provider(client, "samira.norrgren")
    assert page.redirect_chain[-1][0] == "/hem/"


@pytest.mark.parametrize("name", ["okänd.person", "nora"])
def test_the_provider_lets_in_nobody_whom_we_have_not_added_as_staff(client, provider, name):
    """SEC-04: neither a stranger nor somebody whose name a company's user has taken."""
    company_user()
    page = log_in_with_provider(client, name)
    assert "du har ingen aktiv användare i Kundval" in page.content.decode()
    assert not SocialAccount.objects.exists()
    assert User.objects.count() == 1
    assert events_of(None) == [("login_failed", "refusal")]


@pytest.mark.parametrize("connected", [False, True])
def test_the_provider_does_not_let_in_an_ended_person(client, samira, provider, connected):
    """SEC-04."""
    if connected:
        log_in_with_provider(client, "samira.norrgren")
        client.post("/konto/logga-ut/")
    User.objects.filter(pk=samira.pk).update(is_active=False)
    page = log_in_with_provider(client, "samira.norrgren")
    assert "du har ingen aktiv användare i Kundval" in page.content.decode()
    assert client.get("/hem/").status_code == 302
    assert events_of(samira)[-1] == ("login_failed", "refusal")


def test_nobody_connects_another_identity_to_their_account(client, samira, provider):
    """SEC-04."""
    jonas = person(Role.INVESTIGATOR)
    client.force_login(jonas)
    log_in_with_provider(client, "okänd.person", "?process=connect")
    assert not SocialAccount.objects.exists()


def test_an_interrupted_login_at_the_provider_is_told_in_swedish(client, provider):
    """SEC-04."""
    address = to_provider(client)
    [state] = parse_qs(urlsplit(address).query)["state"]  # the mock leaves it out of a refusal
    back = back_from_provider(address, action="deny")
    page = client.get(f"{back}&state={state}", follow=True)
    assert "Du avbröt inloggningen" in page.content.decode()


def test_a_provider_that_does_not_answer_is_told_in_swedish(client, settings, monkeypatch):
    """SEC-04: on the way there, and on the way back."""
    use_provider(settings, monkeypatch, free_port())
    address = reverse("openid_connect_login", args=[identity_provider.PROVIDER_ID])
    page = client.get(address, follow=True)
    assert "Kommunens inloggning svarar inte just nu" in page.content.decode()

    with served(settings, monkeypatch):
        back = back_from_provider(to_provider(client), sub="id-samira.norrgren")
    page = client.get(back, follow=True)
    assert "Kommunens inloggning svarar inte just nu" in page.content.decode()


def test_an_answer_that_nobody_asked_for_is_refused(client, samira, provider):
    """SEC-04."""
    address = reverse("openid_connect_callback", args=[identity_provider.PROVIDER_ID])
    assert client.get(f"{address}?code=x&state=y").status_code == 401
    assert client.get("/hem/").status_code == 302


def test_without_an_issuer_there_is_no_provider(client, monkeypatch):
    """SEC-04."""
    monkeypatch.delenv("KUNDVAL_OIDC_ISSUER", raising=False)
    assert identity_provider.providers() == {}
    assert client.get("/konto/kommun/kommunen/").status_code == 404
    monkeypatch.setenv("KUNDVAL_OIDC_ISSUER", "https://inloggning.sjovik.example")
    with pytest.raises(ImproperlyConfigured, match="KUNDVAL_OIDC_CLIENT_ID"):
        identity_provider.providers()
