"""How a person proves who they are: password, second factor, the municipality's login. SEC-04.

django-allauth leads through the pages, django-axes counts the failures; here is what is ours.
"""

import unicodedata
from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.account import forms as account_forms
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, BaseAuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_credentials
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import redirect_to_login
from django.core.validators import MaxLengthValidator
from django.dispatch import Signal
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from organisation.encryption import EncryptedTextField
from organisation.models import User
from organisation.request import Request

LONGEST_NAME = 254
"""Signs of a user name, which may be a mail address."""
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
WITH_TEMPORARY_PASSWORD = {"account_change_password", "account_logout", "account_reauthenticate"}
"""What a person may open before they have changed a password that somebody else made."""
WITHOUT_SECOND_FACTOR = {"account", "account_logout", "account_reauthenticate"}
"""What staff may open before they have set up a second factor, beside the pages that do it."""


password_given = Signal()
"""Sent with `user`, `by`, `at` and `is_new` in the transaction in which an administrator gives a
person a temporary password: whoever can tell its owner does."""

MESSAGES = {
    "account/messages/logged_out.txt": "Du är utloggad.",
    "account/messages/password_changed.txt": "Lösenordet är bytt.",
    "mfa/messages/totp_activated.txt": "Kodappen är tillagd.",
    "mfa/messages/totp_deactivated.txt": "Kodappen är borttagen.",
    "mfa/messages/webauthn_added.txt": "Nyckeln är tillagd.",
    "mfa/messages/webauthn_removed.txt": "Nyckeln är borttagen.",
    "mfa/messages/recovery_codes_generated.txt": "Du har fått nya återställningskoder. "
    "De gamla gäller inte längre.",
}
WAYS_TO_CONFIRM = {
    "reauthenticate": "Använd lösenordet",
    "mfa_reauthenticate": "Använd en kod",
    "mfa_reauthenticate:webauthn": "Använd en nyckel",
}


class AccountAdapter(DefaultAccountAdapter):
    """Local accounts: nobody signs up here, and a failed login tells nothing of the account."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "enter_current_password": "Lösenordet stämmer inte. Skriv det du loggar in med nu.",
        "incorrect_password": "Lösenordet stämmer inte.",
        "rate_limited": "Vänta en minut och försök sedan igen.",
        "too_many_login_attempts": "För många försök. Vänta fem minuter och försök sedan igen.",
        "username_password_mismatch": "Användarnamnet eller lösenordet stämmer inte. "
        "Kontrollera stavningen och att Caps Lock är av.",
    }

    def is_open_for_signup(self, request: Request) -> bool:
        """Companies register in the portal, staff are added by the administrator."""
        return False

    def get_password_change_redirect_url(self, request: Request) -> str:
        """*Mitt konto*, where the message says that it is done."""
        return reverse("account")

    def pre_authenticate(self, request: Request, **credentials: Any) -> None:
        """No count of our own: django-axes counts, in the database and for all processes."""

    def authenticate(self, request: Request, **credentials: Any) -> User | None:
        """The active person with this name and password, however the name was typed."""
        if found := _user_called(credentials.get("username", "")):
            credentials["username"] = found.username
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def add_message(
        self,
        request: Request,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """allauth's messages in our words; those that only say what the page shows are left out."""
        if text := message or MESSAGES.get(message_template or ""):
            messages.add_message(request, level, text, extra_tags)

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """The ways to confirm that it is still the same person, in Swedish."""
        return [
            {**way, "description": WAYS_TO_CONFIRM[way["id"]]}
            for way in super().get_reauthentication_methods(user)
        ]

    def get_login_stages(self) -> list[str]:
        """allauth's, with our own rule for when the second factor is asked for."""
        ours = "organisation.accounts.SecondFactorStage"
        theirs = "allauth.mfa.stages.AuthenticateStage"
        return [ours if stage == theirs else stage for stage in super().get_login_stages()]


class SecondFactorStage(AuthenticateStage):
    """Asks for the second factor, except of those whom the municipality's login has checked."""

    def _should_handle(self, request: Request) -> bool:
        checked = (self.login.signal_kwargs or {}).get("sociallogin")
        return not checked and super()._should_handle(request)


_SECRET = EncryptedTextField()
"""How a second factor's secret is kept."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets stand encrypted in the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "cannot_generate_recovery_codes": "Lägg upp en kodapp eller en nyckel först.",
        "incorrect_code": "Koden stämmer inte. Skriv den som visas i appen just nu.",
    }

    def encrypt(self, text: str) -> str:
        return _SECRET.get_prep_value(text)

    def decrypt(self, encrypted_text: str) -> str:
        return _SECRET.from_db_value(encrypted_text, None, None)

    def get_totp_label(self, user: User) -> str:
        return user.username

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Nyckel {count + 1}"


class IdentityProviderAdapter(DefaultSocialAccountAdapter):
    """People from the municipality's identity provider: known ones log in, others are refused."""

    def is_open_for_signup(self, request: Request, sociallogin: SocialLogin) -> bool:
        return False

    def populate_user(
        self, request: Request, sociallogin: SocialLogin, data: dict[str, Any]
    ) -> User:
        """Keep the one claim that a person is known by; the others are none of our business."""
        claims = sociallogin.account.extra_data
        claims = {**claims.get("id_token", {}), **claims.get("userinfo", {})}
        sociallogin.known_as = str(claims.get(settings.OIDC_CLAIM) or "")
        sociallogin.account.extra_data = {}
        return sociallogin.user

    def pre_social_login(self, request: Request, sociallogin: SocialLogin) -> None:
        """Find the person, and connect them the first time. Else back to the login page."""
        if sociallogin.is_existing:
            user = sociallogin.user
        else:
            user = _user_called(sociallogin.known_as, representations=None)
        if sociallogin.state.get("process") != "login" or user is None or not user.is_active:
            _report_failure(request, user.username if user else None)
            raise ImmediateHttpResponse(
                _back_to_login(
                    request,
                    "Inloggningen hos kommunen lyckades, men du har ingen aktiv användare i "
                    "Kundval. Be systemförvaltaren för Viva att lägga upp dig.",
                )
            )
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


class LoginForm(account_forms.LoginForm):
    """User name and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self, login="Användarnamn", password="Lösenord")
        self.fields["login"].validators.append(MaxLengthValidator(LONGEST_NAME))
        self.fields["password"].help_text = ""


class ChangePasswordForm(account_forms.ChangePasswordForm):
    """The password that is, and the one that comes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(
            self,
            oldpassword="Nuvarande lösenord",
            password1="Nytt lösenord",
            password2="Nytt lösenord igen",
        )

    def clean_password1(self) -> str:
        new = self.cleaned_data["password1"]
        if self.user.must_change_password and self.user.check_password(new):
            raise forms.ValidationError("Välj ett annat lösenord än det tillfälliga.")
        return new


class ConfirmPasswordForm(account_forms.ReauthenticateForm):
    """The password once more, before something that protects the account is changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self, password="Lösenord")


class SetUpAppForm(ActivateTOTPForm):
    """The first code of a new code app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self.fields["code"])


class _CountedCode(BaseAuthenticateForm):
    """Wrong codes are counted with wrong passwords, by django-axes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _as_code(self.fields["code"], "Kod från appen, eller en återställningskod")

    def clean_code(self) -> str:
        credentials = get_credentials(self.user.username)
        if not AxesProxyHandler.is_allowed(context.request, credentials):
            context.request.axes_locked_out = True
            _report_failure(context.request, self.user.username)
            raise forms.ValidationError(AccountAdapter.error_messages["too_many_login_attempts"])
        return super().clean_code()

    def _emit_authentication_failed(self, authenticator: Authenticator) -> None:
        super()._emit_authentication_failed(authenticator)
        _report_failure(context.request, self.user.username)


class CodeForm(_CountedCode, AuthenticateForm):
    """The second factor at login."""


class ConfirmCodeForm(_CountedCode, ReauthenticateForm):
    """The second factor once more."""


class AddKeyForm(AddWebAuthnForm):
    """A new key (passkey)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_key(self.fields["name"])
        alone = self.fields["passwordless"]
        alone.label = "Logga in med bara nyckeln, utan lösenord"
        alone.help_text = (
            "Nyckeln frågar då efter PIN-kod, fingeravtryck eller ansikte. De flesta gör det."
        )
        alone.initial = True


class RenameKeyForm(EditWebAuthnForm):
    """A key's name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _name_of_key(self.fields["name"])


def counted_name(request: Request, credentials: dict[str, Any] | None) -> str | None:
    """The name that django-axes counts failures on: one for all spellings, whether it exists or not."""
    typed = (credentials or {}).get("username")
    return folded(typed) if typed else None


def folded(username: str) -> str:
    """A user name without what two spellings of it may differ in."""
    return unicodedata.normalize("NFC", username).strip().casefold()


def client_address(request: Request) -> str | None:
    """The visitor's address, behind as many proxies as ALLAUTH_TRUSTED_PROXY_COUNT says."""
    return get_client_ip(request)


def told_when_silent(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """A page of the identity provider's login; back with a message when it does not answer."""

    @wraps(view)
    def guarded(request: Request, provider_id: str) -> HttpResponseBase:
        try:
            return view(request, provider_id)
        except (requests.RequestException, KeyError):
            return _back_to_login(
                request,
                "Kommunens inloggning svarar inte just nu. Försök igen om en stund, eller logga in "
                "med användarnamn och lösenord.",
            )

    return guarded


def login_middleware(
    get_response: Callable[[Request], HttpResponse],
) -> Callable[[Request], HttpResponse]:
    """Lead who has a temporary password to change it, and staff without a second factor to set one
    up; say when a session has ended."""

    def middleware(request: Request) -> HttpResponse:
        response = get_response(request)
        return _after_inactivity(request) if _session_has_ended(request, response) else response

    def process_view(request: Request, *view: Any) -> HttpResponse | None:
        match = request.resolver_match
        assert match is not None  # Django asks when it has found the view
        name = match.view_name
        if has_temporary_password(request):
            return None if name in WITH_TEMPORARY_PASSWORD else redirect("account_change_password")
        if not lacks_second_factor(request) or _sets_up(name):
            return None
        return redirect("account")

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def lacks_second_factor(request: Request) -> bool:
    """Whether the person must set up a second factor first: staff who log in with a password."""
    return (
        settings.SECOND_FACTOR_REQUIRED
        and request.user.is_authenticated
        and not request.actor.is_outside
        and not is_mfa_enabled(request.user, SECOND_FACTORS)
        and not _came_from_municipality(request)
    )


def has_temporary_password(request: Request) -> bool:
    """Whether the person must first change a password that somebody else made."""
    return (
        request.user.is_authenticated
        and request.user.must_change_password
        and not _came_from_municipality(request)
    )


def _came_from_municipality(request: Request) -> bool:
    return any(
        record["method"] == "socialaccount"
        for record in get_authentication_records(request, request.user)
    )


def _sets_up(name: str) -> bool:
    return name in WITHOUT_SECOND_FACTOR or name.startswith("mfa_")


def _session_has_ended(request: Request, response: HttpResponse) -> bool:
    """Whether someone with a session that is no more was just sent to log in."""
    return (
        response.status_code == 302
        and response["Location"].startswith(f"{reverse('account_login')}?")
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and request.session.is_empty()
    )


def _after_inactivity(request: Request) -> HttpResponse:
    messages.warning(
        request,
        "Du har inte gjort något på en stund och har därför loggats ut. "
        "Logga in för att fortsätta.",
    )
    # What a form sends cannot be asked for again: there the person begins anew.
    return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")


def _back_to_login(request: Request, message: str) -> HttpResponseRedirect:
    messages.error(request, message)
    return redirect("account_login")


def _user_called(username: str, **conditions: Any) -> User | None:
    return User.objects.filter(username__iexact=username, **conditions).first()


def _report_failure(request: Request, username: str | None) -> None:
    """Let django-axes and the event log hear of a failure that Django does not know of."""
    user_login_failed.send(sender=__name__, credentials=get_credentials(username), request=request)


def _without_placeholders(form: forms.Form, **labels: str) -> None:
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)


def _as_code(field: forms.Field, label: str = "Kod från appen") -> None:
    field.label = label
    field.widget = forms.TextInput(
        {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    )


def _name_of_key(field: forms.Field) -> None:
    field.label = "Nyckelns namn"
    field.help_text = "Så att du känner igen den, till exempel Arbetsdatorn."
    field.widget.attrs["maxlength"] = 60
