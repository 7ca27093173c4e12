"""A company registers itself, and the person confirms their mail address. SEC-01, SEC-03.

Nothing that is shown tells whether a company or a mail address is already known.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from audit.act import Act
from audit.models import Event
from cases import messages
from door.command import Kept
from door.performing import perform
from door.refusals import Refused
from organisation.commands.people import ByNoRole, OfOneself
from organisation.models import Provider, Representation, User

CONFIRM_WITHIN_DAYS = 3
_SALT = "kundval.portal.registration"


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a person states about the company and themselves."""

    company: str
    organisation_number: str
    address: str
    phone: str
    name: str
    mail: str
    title: str
    basis: str
    password: str


def register(stated: Registration, at: datetime, site: str) -> str:
    """Record the registration and mail a link that confirms the address.

    Returns the path of the link, which only demo mode shows. A mail address that already has an
    account gets a mail that says so instead, and an empty path is returned. Registered again before
    it was confirmed, the new particulars and the new link hold, and the old link does not.
    """
    user = User.objects.filter(username__iexact=stated.mail).first()
    if user and not _awaits_confirmation(user):
        _tell_of_account(stated.mail, at, site)
        return ""
    user = user or User(username=stated.mail.lower(), is_active=False)
    company = Provider.with_number(stated.organisation_number) or _company(stated)
    try:
        perform(company, RegisterCompany(said=stated, site=site), user, at=at)
    except Refused:  # somebody was a moment before: it is another company, or account, by now
        return register(stated, at, site)
    return _path(user)


class RegisterCompany(ByNoRole[Provider]):
    """A person registers a company, and themselves as the one who represents it."""

    label = "Registrera företag"
    said: Registration
    site: str

    def stated(self) -> Kept:
        return {"basis": self.said.basis}

    def check(self, company: Provider, act: Act) -> None:
        known = User.objects.select_for_update().filter(pk=act.user.pk).first()
        if known and not _awaits_confirmation(known):
            raise Refused("Kontot är bekräftat eller avslutat sedan det lästes. Försök igen.")

    def apply(self, company: Provider, act: Act) -> None:
        user = _person(self.said, act.user)
        if company.pk is None:
            company.save()
        _represent(company, user, self.said, act.at)
        messages.send_mail(
            self.said.mail,
            "Kundval: bekräfta din e-postadress",
            f"Öppna länken inom tre dagar för att bekräfta adressen:\n\n{self.site}{_path(user)}\n\n"
            "Sedan kan du logga in med din e-postadress och ansöka om att bli utförare.\n",
            act.at,
        )


def confirm(token: str, at: datetime) -> User | None:
    """Open the account that the link belongs to; None when the link is wrong, too old or replaced."""
    seconds = CONFIRM_WITHIN_DAYS * 24 * 3600
    try:
        pk, mark = signing.loads(token, salt=_SALT, max_age=seconds)
    except signing.BadSignature:
        return None
    user = User.objects.get(pk=pk)
    if not user.is_active:
        with suppress(Refused):
            perform(user, ConfirmMail(mark=mark), user, at=at)
        user.refresh_from_db()
    return user if user.is_active and mark == _mark(user) else None


class ConfirmMail(OfOneself):
    """The link of the mail was opened: the account is the one who reads mail to the address."""

    label = "Bekräfta e-postadressen"
    mark: str

    def stated(self) -> Kept:
        return {}

    def check(self, user: User, act: Act) -> None:
        # An ended account is not opened by an old link.
        if self.mark != _mark(user) or not _awaits_confirmation(user):
            raise Refused("Länken gäller inte. Öppna den som står i det senaste brevet.")

    def apply(self, user: User, act: Act) -> None:
        user.is_active = True
        user.save(update_fields=["is_active"])


def _awaits_confirmation(user: User) -> bool:
    """Whether the account was registered here, and neither confirmed nor ended since."""
    if user.is_active or not user.representations.exists():
        return False
    return not Event.objects.filter(
        chain__name=user.chain, name__in=("confirm_mail", "end_user"), kind=Event.Kind.CHANGE
    ).exists()


def _path(user: User) -> str:
    token = signing.dumps([user.pk, _mark(user)], salt=_SALT)
    return reverse("portal:confirm", args=[token])


def _mark(user: User) -> str:
    """Changes with the password, so that a link holds for the registration it was mailed for."""
    return salted_hmac(_SALT, user.password).hexdigest()[:16]


def _tell_of_account(mail: str, at: datetime, site: str) -> None:
    messages.send_mail(
        mail,
        "Kundval: du har redan ett konto",
        "Någon försökte registrera ett företag med din e-postadress, som redan har ett "
        f"konto. Logga in på {site}{reverse('account_login')}. Var det inte du kan du "
        "bortse från brevet.\n",
        at,
    )


def _person(stated: Registration, user: User) -> User:
    user.name, user.email, user.phone = stated.name, stated.mail, stated.phone
    user.set_password(stated.password)
    user.save()
    return user


def _company(stated: Registration) -> Provider:
    return Provider(
        name=stated.company,
        organisation_number=stated.organisation_number,
        address=stated.address,
        phone=stated.phone,
        mail=stated.mail,
    )


def _represent(company: Provider, user: User, stated: Registration, at: datetime) -> None:
    """Tied to the company with that number; what is stored of a known one is left as it is."""
    Representation.objects.update_or_create(
        user=user,
        defaults={
            "provider": company,
            "claimed_name": stated.company,
            "title": stated.title,
            "basis": stated.basis,
            "registered_at": at,
        },
    )
