"""A company registers itself, and staff approve who may represent it. SEC-01, SEC-03.

Nothing that is shown tells whether a company or a mail address is already known.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils.crypto import salted_hmac

from audit import log
from audit.act import Act
from audit.models import Event
from cases import messages
from cases.calendar import add_days
from organisation.models import Provider, Representation, RoleAssignment, User
from organisation.roles import Role

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
    with transaction.atomic():
        known = User.objects.select_for_update().filter(username__iexact=stated.mail).first()
        if known and not _awaits_confirmation(known):
            _tell_of_account(stated.mail, at, site)
            return ""
        user = _person(stated, known or User(username=stated.mail.lower(), is_active=False))
        representation = _representation(stated, user, at)
        log.record(
            _chain(representation),
            "register_company",
            Act.own(user, at),
            subject=representation,
            values={"basis": stated.basis},
            personal=True,
        )
        path = reverse("portal:confirm", args=[_token(user)])
        messages.send_mail(
            stated.mail,
            "Kundval: bekräfta din e-postadress",
            f"Öppna länken inom tre dagar för att bekräfta adressen:\n\n{site}{path}\n\n"
            "Sedan kan du logga in med din e-postadress och ansöka om att bli utförare.\n",
            at,
        )
    return path


def confirm(token: str, at: datetime) -> User | None:
    """Open the account that the link belongs to; None when the link is wrong, too old or replaced."""
    seconds = CONFIRM_WITHIN_DAYS * 24 * 3600
    try:
        pk, mark = signing.loads(token, salt=_SALT, max_age=seconds)
    except signing.BadSignature:
        return None
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=pk)
        if mark != _mark(user):
            return None
        if not user.is_active:
            if not _awaits_confirmation(user):  # an ended account is not opened by an old link
                return None
            user.is_active = True
            user.save(update_fields=["is_active"])
            log.record(f"user:{pk}", "confirm_mail", Act.own(user, at), subject=user)
    return user


def _awaits_confirmation(user: User) -> bool:
    """Whether the account was registered here, and neither confirmed nor ended since."""
    if user.is_active or not user.representations.exists():
        return False
    return not Event.objects.filter(
        chain__name=f"user:{user.pk}", name__in=("confirm_mail", "end_user")
    ).exists()


def _token(user: User) -> str:
    return signing.dumps([user.pk, _mark(user)], salt=_SALT)


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


def approve(representation: Representation, act: Act) -> None:
    """Let the person represent the company: they see all that is the company's from now on.

    Raises ValueError with a Swedish message while the mail address is not confirmed.
    """
    day = act.day
    with transaction.atomic():
        row = Representation.objects.select_for_update().get(pk=representation.pk)
        if row.approved_on and not row.ended_on:
            return
        if not row.user.is_active:
            raise ValueError(
                f"{row.user} har inte bekräftat sin e-postadress än. Godkänn behörigheten efter det."
            )
        row.approved_by, row.approved_on, row.ended_on = act.user, day, None
        row.save()
        RoleAssignment.objects.create(
            user_id=row.user_id, role=Role.APPLICANT, provider_id=row.provider_id, valid_from=day
        )
        log.record(
            _chain(row),
            "approve_representation",
            act,
            subject=row,
            values={"user": row.user_id},
            personal=True,
        )
        messages.send_mail(
            row.user.email,
            "Kundval: din behörighet är godkänd",
            "Du är godkänd som företrädare för företaget och ser nu alla dess ärenden.\n\n"
            f"{settings.MUNICIPALITY['name']}\n",
            act.at,
            user=row.user,
        )


def end(representation: Representation, act: Act) -> None:
    """End the person's authority: from now on they see nothing of the company."""
    day = act.day
    with transaction.atomic():
        row = Representation.objects.select_for_update().get(pk=representation.pk)
        if row.ended_on:
            return
        row.ended_on = day
        row.save(update_fields=["ended_on"])
        _end_roles(row, day)
        row.user.caseuserobjectpermission_set.filter(
            content_object__provider_id=row.provider_id
        ).delete()
        log.record(
            _chain(row),
            "end_representation",
            act,
            subject=row,
            values={"user": row.user_id},
            personal=True,
        )


def _end_roles(row: Representation, day: date) -> None:
    """A role that began today is taken away whole; others end yesterday."""
    held = RoleAssignment.objects.filter(
        user_id=row.user_id, provider_id=row.provider_id, role=Role.APPLICANT, valid_to=None
    )
    held.filter(valid_from=day).delete()
    held.update(valid_to=add_days(day, -1))


def _person(stated: Registration, user: User) -> User:
    user.name, user.email, user.phone = stated.name, stated.mail, stated.phone
    user.set_password(stated.password)
    user.save()
    return user


def _representation(stated: Registration, user: User, at: datetime) -> Representation:
    """Tied to the company with that number; what is stored of a known one is left as it is."""
    provider = Provider.with_number(stated.organisation_number) or Provider.objects.create(
        name=stated.company,
        organisation_number=stated.organisation_number,
        address=stated.address,
        phone=stated.phone,
        mail=stated.mail,
    )
    row, _ = Representation.objects.update_or_create(
        user=user,
        defaults={
            "provider": provider,
            "claimed_name": stated.company,
            "title": stated.title,
            "basis": stated.basis,
            "registered_at": at,
        },
    )
    return row


def _chain(representation: Representation) -> str:
    return f"provider:{representation.provider_id}"
