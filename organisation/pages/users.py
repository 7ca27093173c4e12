"""People who log in: who they are and the roles they hold. Requirements SEC-01, SEC-02, SEC-04."""

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from allauth.mfa.models import Authenticator
from axes.conf import settings as axes_settings
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST

from audit import clock
from organisation import swedish
from organisation.access import roles
from organisation.accounts import folded, password_given
from organisation.forms import (
    EndForm,
    MoveRoleForm,
    NewUserForm,
    RoleForm,
    UserFilter,
    UserForm,
    overlapping,
)
from organisation.models import Provider, RoleAssignment, Substitution, User
from organisation.pages import changing, history
from organisation.pages.excel import workbook
from organisation.pages.reach import (
    current_units_within,
    reaches_everything,
    units_within,
    users_within,
)
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import Role

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Read(TypedDict):
        roles_today: list[RoleAssignment]

    Listed = WithAnnotations[User, _Read]

ADMINISTRATORS = frozenset({Role.VIVA_ADMINISTRATOR})
PER_PAGE = 50
UNMISTAKABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Signs of a temporary password: none that is read as another."""


@roles(*ADMINISTRATORS)
def users(request: Request) -> HttpResponse:
    """Everybody whom the administrator's role reaches, filtered by name, role, unit, activity."""
    form, found = _filtered(request)
    context = {
        "filter": form,
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("sida")),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "query": _query(request),
    }
    return render(request, "organisation/users.html", context)


@roles(*ADMINISTRATORS)
def export(request: Request) -> FileResponse:
    """The filtered list as an Excel file."""
    columns = (
        ("Namn", 30),
        ("Användarnamn", 26),
        ("E-post", 34),
        ("Telefon", 18),
        ("Roller", 60),
        ("Läge", 12),
        ("Senast inloggad", 18),
    )
    rows = (
        (
            person.name,
            person.username,
            person.email,
            person.phone,
            "; ".join(str(held) for held in person.roles_today),
            "Aktiv" if person.is_active else "Avslutad",
            person.last_login,
        )
        for person in _filtered(request)[1]
    )
    return workbook("Användare", columns, rows, f"anvandare-{request.today}.xlsx")


def _filtered(request: Request) -> "tuple[UserFilter, QuerySet[Listed]]":
    form = UserFilter(request.GET, units=units_within(request.actor, ADMINISTRATORS))
    wanted = form.cleaned_data if form.is_valid() else {}
    found = users_within(request.actor, ADMINISTRATORS)
    if wanted.get("visa") != "alla":
        found = found.filter(is_active=wanted.get("visa") != "avslutade")
    if text := wanted.get("namn"):
        found = found.filter(swedish.containing(text, "name", "username"))
    held = RoleAssignment.objects.on(request.today)
    wanted_roles = held.filter(user=OuterRef("pk"))
    if role := wanted.get("roll"):
        wanted_roles = wanted_roles.filter(role=role)
    if unit := wanted.get("enhet"):
        wanted_roles = wanted_roles.filter(unit__path__startswith=unit.path)
    if role or unit:
        found = found.filter(Exists(wanted_roles))
    today = Prefetch(
        "roles", held.select_related("unit", "provider").order_by("pk"), to_attr="roles_today"
    )
    return form, found.prefetch_related(today).order_by("name", "pk")


def _query(request: Request) -> str:
    asked = request.GET.copy()
    asked.pop("sida", None)
    return asked.urlencode()


@roles(*ADMINISTRATORS)
def user(request: Request, pk: int) -> HttpResponse:
    """A person: facts, roles, substitutes, and what has been changed. The reading is logged."""
    person = _person(request, pk)
    log_read(request, _chain(person), "read_user", person, ADMINISTRATORS)
    everything = person.roles.select_related("unit", "provider").order_by("-valid_from", "-pk")
    substitutions = Substitution.objects.filter(Q(absent=person) | Q(substitute=person))
    context = {
        "person": person,
        "current": [held for held in everything if _lasts(held, request.today)],
        "past": [held for held in everything if not _lasts(held, request.today)],
        "substitutions": substitutions.filter(overlapping(request.today, None)).select_related(
            "absent", "substitute"
        ),
        "locked": is_locked(request, person),
        "second_factor": Authenticator.objects.filter(user=person).exists(),
        "is_self": person == request.user,
        "lines": history.of_chain(_chain(person)),
    }
    return render(request, "organisation/user.html", context)


@roles(*ADMINISTRATORS)
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A new person with their first role. The temporary password is shown once, on this answer."""
    form = NewUserForm(request.POST or None)
    role_form = _role_form(request, RoleAssignment())

    def save() -> HttpResponse:
        person = form.save(commit=False)
        password = give_password(person)
        person.save()
        _record(request, "add_user", person, changing.stated(form))
        _add_role(request, role_form, person)
        _tell_owner(request, person, is_new=True)
        return _show_password(request, person, password, "Användaren är upplagd")

    return changing.form_page(
        request,
        form,
        role_form,
        save=save,
        title="Ny användare",
        back=reverse("organisation:users"),
        trail=_trail(),
        button="Lägg upp",
        lead="Ett tillfälligt lösenord visas när du har sparat.",
    )


@roles(*ADMINISTRATORS)
@transaction.atomic
def change(request: Request, pk: int) -> HttpResponse:
    """Name, mail and telephone of a person."""
    person = _person(request, pk, lock=True)
    form = UserForm(request.POST or None, instance=person)

    def save() -> str:
        if form.changed_data:
            form.save()
            _record(request, "change_user", person, changing.differences(form))
        return "Uppgifterna är sparade."

    return _person_page(request, person, form, save=save, title="Ändra uppgifter")


@roles(*ADMINISTRATORS)
@transaction.atomic
def add_role(request: Request, pk: int) -> HttpResponse:
    """One more role for a person."""
    person = _other_person(request, pk)
    form = _role_form(request, RoleAssignment(user=person))

    def save() -> str:
        return f"Rollen {_add_role(request, form, person)} är tillagd."

    return _person_page(
        request, person, form, save=save, title="Lägg till roll", button="Lägg till"
    )


@roles(*ADMINISTRATORS)
@transaction.atomic
def end_role(request: Request, pk: int, role: int) -> HttpResponse:
    """A role's last day. One that never comes to hold is removed; the log keeps it."""
    person = _other_person(request, pk)
    held = _lasting_role(request, person, role)
    form = EndForm(request.POST or None, today=request.today, until=held.valid_to)

    def save() -> str:
        before, last_day = held.valid_to, form.cleaned_data["last_day"]
        values = {**_described(held), "valid_to": [before, last_day]}
        _record(request, "end_role", person, values)
        changing.end_on(held, last_day)
        return f"Rollen {held} slutar {last_day.isoformat()}."

    return _person_page(
        request,
        person,
        form,
        save=save,
        title="Avsluta roll",
        lead=str(held),
        button="Avsluta rollen",
    )


@roles(*ADMINISTRATORS)
@transaction.atomic
def move_role(request: Request, pk: int, role: int) -> HttpResponse:
    """The same role in another unit from a day; the old one ends the day before, in one step."""
    person = _other_person(request, pk)
    held = _lasting_role(request, person, role, unit__isnull=False)
    units = current_units_within(request.actor, ADMINISTRATORS)
    form = MoveRoleForm(request.POST or None, role=held, units=units, today=request.today)

    def save() -> str:
        unit, first_day = form.cleaned_data["unit"], form.cleaned_data["valid_from"]
        values = {
            **_described(held),
            "unit": [str(held.unit), str(unit)],
            "valid_from": [held.valid_from, first_day],
        }
        last_day = held.valid_to
        changing.end_on(held, clock.day_before(first_day))
        new = RoleAssignment.objects.create(
            user=person, role=held.role, unit=unit, valid_from=first_day, valid_to=last_day
        )
        _record(request, "move_role", person, {**values, "new_role_id": new.pk})
        return f"Rollen {new} gäller från {first_day.isoformat()}."

    return _person_page(
        request, person, form, save=save, title="Flytta roll", lead=str(held), button="Flytta"
    )


@roles(*ADMINISTRATORS)
@transaction.atomic
def end(request: Request, pk: int) -> HttpResponse:
    """A person's end: no more log-ins, roles and substitutions end today. Nothing is deleted."""
    person = _other_person(request, pk)
    if not person.is_active:
        return redirect(_address(person))

    def save() -> str:
        lasting = person.roles.filter(overlapping(request.today, None))
        held = list(lasting.select_related("unit", "provider"))
        substitutions = Substitution.objects.filter(
            Q(absent=person) | Q(substitute=person), overlapping(request.today, None)
        )
        _record(request, "end_user", person, {"roles": [str(row) for row in held]})
        for row in (*held, *substitutions):
            changing.end_on(row, request.today)
        person.is_active = False
        person.save(update_fields=["is_active"])
        return f"{person} är avslutad och kan inte längre logga in."

    return _person_page(
        request,
        person,
        save=save,
        title="Avsluta användaren",
        button="Avsluta användaren",
        danger=True,
        lead=f"{person} kan inte längre logga in. Roller och ersättningar slutar i "
        "dag. Det personen har gjort finns kvar i ärenden och logg.",
    )


@roles(*ADMINISTRATORS)
@require_POST
@transaction.atomic
def reopen(request: Request, pk: int) -> HttpResponse:
    """An ended person may log in again; roles are given anew."""
    person = _other_person(request, pk)
    if not person.is_active:
        person.is_active = True
        person.save(update_fields=["is_active"])
        _record(request, "reopen_user", person)
        messages.success(request, f"{person} kan logga in igen. Lägg till de roller som behövs.")
    return redirect(_address(person))


@roles(*ADMINISTRATORS)
@require_POST
@transaction.atomic
def unlock(request: Request, pk: int) -> HttpResponse:
    """Forget a person's failed log-ins."""
    person = _person(request, pk, lock=True)
    reset(username=folded(person.username))
    _record(request, "unlock_user", person)
    messages.success(request, f"{person} kan försöka logga in igen.")
    return redirect(_address(person))


@roles(*ADMINISTRATORS)
@transaction.atomic
def password(request: Request, pk: int) -> HttpResponse:
    """A new temporary password, shown once; open sessions end by it."""
    person = _other_person(request, pk)

    def save() -> HttpResponse:
        new = give_password(person)
        person.save(update_fields=["password", "must_change_password"])
        _record(request, "reset_password", person)
        _tell_owner(request, person, is_new=False)
        return _show_password(request, person, new, "Lösenordet är bytt")

    return _person_page(
        request,
        person,
        save=save,
        title="Nytt lösenord",
        button="Skapa nytt lösenord",
        lead="Det gamla lösenordet slutar gälla genast, och personen får veta det. Förvissa dig "
        "om att det är rätt person som frågar.",
    )


@roles(*ADMINISTRATORS)
@transaction.atomic
def second_factor(request: Request, pk: int) -> HttpResponse:
    """Take away a lost second factor, so that the person can set up a new one."""
    person = _other_person(request, pk)

    def save() -> str:
        Authenticator.objects.filter(user=person).delete()
        _record(request, "reset_second_factor", person)
        return "Tvåstegsverifieringen är borttagen. Personen lägger upp en ny vid inloggningen."

    return _person_page(
        request,
        person,
        save=save,
        title="Ta bort tvåstegsverifiering",
        danger=True,
        button="Ta bort tvåstegsverifieringen",
        lead="Görs när personen har förlorat sin telefon eller nyckel. Förvissa dig om att det är "
        "rätt person som frågar.",
    )


def give_password(person: User) -> str:
    """Set a temporary password, which its owner must change at the first login (SEC-04).

    Sixteen signs that can be read out, in groups of four: about 79 bits. The caller saves.
    """
    password = "-".join(get_random_string(4, UNMISTAKABLE) for _ in range(4))
    person.set_password(password)
    person.must_change_password = True
    return password


def _tell_owner(request: Request, person: User, *, is_new: bool) -> None:
    password_given.send(sender=__name__, user=person, by=request.user, at=request.at, is_new=is_new)


def is_locked(request: Request, person: User) -> bool:
    """Whether too many failed log-ins keep the person out just now."""
    failed = AccessAttempt.objects.filter(username=folded(person.username))
    if cool_off := get_cool_off(request):
        # django-axes goes by the real clock, whatever Demodatum says.
        failed = failed.filter(attempt_time__gte=clock.real_now() - cool_off)
    count = failed.aggregate(count=Sum("failures_since_start"))["count"] or 0
    return count >= axes_settings.AXES_FAILURE_LIMIT


def _person(request: Request, pk: int, lock: bool = False) -> User:
    """The person, if the administrator's role reaches them; else 404."""
    found = users_within(request.actor, ADMINISTRATORS)
    return get_object_or_404(found.select_for_update() if lock else found, pk=pk)


def _other_person(request: Request, pk: int) -> User:
    """The same, locked, and never oneself. Raises PermissionDenied."""
    person = _person(request, pk, lock=True)
    if person == request.user:
        raise PermissionDenied(
            "Dina egna roller och din egen inloggning ändras av en annan systemförvaltare."
        )
    return person


def _lasting_role(request: Request, person: User, pk: int, **more: Any) -> RoleAssignment:
    rows = person.roles.filter(overlapping(request.today, None), **more)
    return get_object_or_404(rows.select_related("unit", "provider"), pk=pk)


def _role_form(request: Request, instance: RoleAssignment) -> RoleForm:
    everything = reaches_everything(request.actor, ADMINISTRATORS)
    return RoleForm(
        request.POST or None,
        instance=instance,
        units=current_units_within(request.actor, ADMINISTRATORS),
        providers=Provider.objects.all() if everything else Provider.objects.none(),
        today=request.today,
    )


def _add_role(request: Request, form: RoleForm, person: User) -> RoleAssignment:
    held = form.save(commit=False)
    held.user = person
    held.save()
    _record(request, "add_role", person, {**changing.stated(form), "role_id": held.pk})
    return held


def _lasts(held: RoleAssignment, day: date) -> bool:
    return held.valid_to is None or held.valid_to >= day


def _described(held: RoleAssignment) -> dict[str, Any]:
    """What a role was, for the log."""
    where = {"unit": [str(held.unit)] * 2} if held.unit else {"provider": [str(held.provider)] * 2}
    return {"role": [held.role, held.role], **where, "role_id": held.pk}


def _record(
    request: Request, name: str, person: User, values: changing.Values | None = None
) -> None:
    changing.record(request, ADMINISTRATORS, _chain(person), name, person, values, personal=True)


def _chain(person: User) -> str:
    return f"user:{person.pk}"


def _address(person: User) -> str:
    return reverse("organisation:user", args=[person.pk])


def _trail(person: User | None = None) -> Collection[tuple[str, str]]:
    first = ("Användare", reverse("organisation:users"))
    return (first, (person.name, _address(person))) if person else (first,)


def _person_page(request: Request, person: User, *form: Any, **more: Any) -> HttpResponse:
    return changing.form_page(request, *form, back=_address(person), trail=_trail(person), **more)


def _show_password(request: Request, person: User, new: str, title: str) -> HttpResponse:
    context = {"person": person, "password": new, "title": title, "trail": _trail(person)}
    return render(request, "organisation/password.html", context)
