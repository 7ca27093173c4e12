"""A company registers itself, and staff approve who may represent it. SEC-01, SEC-03.

Nothing that is shown tells whether a company or a mail address is already known.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from audit import clock, log
from cases import messages
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

    Returns the path of the link, which only demo mode shows. A mail address that is already known
    gets a mail that says so instead, and an empty path is returned.
    """
    with transaction.atomic():
        if User.objects.filter(username__iexact=stated.mail).exists():
            messages.send_mail(
                stated.mail,
                "Kundval: du har redan ett konto",
                "Någon försökte registrera ett företag med din e-postadress, som redan har ett "
                f"konto. Logga in på {site}{reverse('account_login')}. Var det inte du kan du "
                "bortse från brevet.\n",
                at,
            )
            return ""
        user = _person(stated)
        representation = _representation(stated, user, at)
        log.record(
            _chain(representation), "register_company", at=at, actor=user, subject=representation,
            values={"basis": stated.basis}, personal=True,
        )  # fmt: skip
        path = reverse("portal:confirm", args=[signing.dumps(user.pk, salt=_SALT)])
        messages.send_mail(
            stated.mail,
            "Kundval: bekräfta din e-postadress",
            f"Öppna länken inom tre dagar för att bekräfta adressen:\n\n{site}{path}\n\n"
            "Sedan kan du logga in med din e-postadress och ansöka om att bli utförare.\n",
            at,
        )
    return path


def confirm(token: str, at: datetime) -> User | None:
    """Open the account that the link belongs to; None when the link is wrong or too old."""
    seconds = CONFIRM_WITHIN_DAYS * 24 * 3600
    try:
        pk = signing.loads(token, salt=_SALT, max_age=seconds)
    except signing.BadSignature:
        return None
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=pk)
        if not user.is_active:
            if user.last_login:  # an ended account is not opened by an old link
                return None
            user.is_active = True
            user.save(update_fields=["is_active"])
            log.record(f"user:{pk}", "confirm_mail", at=at, actor=user, subject=user)
    return user


def approve(representation: Representation, staff: User, at: datetime) -> None:
    """Let the person represent the company: they see all that is the company's from now on."""
    day = clock.local_date(at)
    with transaction.atomic():
        row = Representation.objects.select_for_update().get(pk=representation.pk)
        if row.approved_on and not row.ended_on:
            return
        row.approved_by, row.approved_on, row.ended_on = staff, day, None
        row.save()
        RoleAssignment.objects.create(
            user_id=row.user_id, role=Role.APPLICANT, provider_id=row.provider_id, valid_from=day
        )
        log.record(
            _chain(row), "approve_representation", at=at, actor=staff, subject=row,
            values={"user": row.user_id}, personal=True,
        )  # fmt: skip
        messages.send_mail(
            row.user.email,
            "Kundval: din behörighet är godkänd",
            "Du är godkänd som företrädare för företaget och ser nu alla dess ärenden.\n\n"
            f"{settings.MUNICIPALITY['name']}\n",
            at,
            user=row.user,
        )


def end(representation: Representation, staff: User, at: datetime) -> None:
    """End the person's authority: from now on they see nothing of the company."""
    day = clock.local_date(at)
    with transaction.atomic():
        row = Representation.objects.select_for_update().get(pk=representation.pk)
        row.ended_on = day
        row.save(update_fields=["ended_on"])
        _end_roles(row, day)
        row.user.caseuserobjectpermission_set.filter(
            content_object__provider_id=row.provider_id
        ).delete()
        log.record(
            _chain(row), "end_representation", at=at, actor=staff, subject=row,
            values={"user": row.user_id}, personal=True,
        )  # fmt: skip


def _end_roles(row: Representation, day: date) -> None:
    """A role that began today is taken away whole; others end yesterday."""
    from cases.calendar import add_days

    held = RoleAssignment.objects.filter(
        user_id=row.user_id, provider_id=row.provider_id, role=Role.APPLICANT, valid_to=None
    )
    held.filter(valid_from=day).delete()
    held.update(valid_to=add_days(day, -1))


def _person(stated: Registration) -> User:
    user = User(
        username=stated.mail.lower(), name=stated.name, email=stated.mail, phone=stated.phone,
        is_active=False,
    )  # fmt: skip
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
    return Representation.objects.create(
        user=user,
        provider=provider,
        claimed_name=stated.company,
        title=stated.title,
        basis=stated.basis,
        registered_at=at,
    )


def _chain(representation: Representation) -> str:
    return f"provider:{representation.provider_id}"
