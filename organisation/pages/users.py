"""People who log in: who they are and the roles they hold. Requirements SEC-01, SEC-02, SEC-04."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, TypedDict

from allauth.mfa.models import Authenticator
from axes.conf import settings as axes_settings
from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.forms import BaseForm
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from audit import clock
from door.filled import Filled
from organisation import swedish
from organisation.access import roles
from organisation.accounts import folded
from organisation.commands.logins import (
    ResetPassword,
    ResetSecondFactor,
    UnlockUser,
    temporary_password,
)
from organisation.commands.people import ADMINISTRATORS, NEVER_ONES_OWN
from organisation.commands.user_roles import AddRole, EndRole, MoveRole
from organisation.commands.users import AddUser, ChangeUser, EndUser, ReopenUser
from organisation.forms import (
    ConfirmForm,
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
from organisation.pages.changing import change_page
from organisation.pages.excel import workbook
from organisation.pages.reach import (
    current_units_within,
    reaches_everything,
    units_within,
    users_within,
)
from organisation.reading import log_read
from organisation.request import Request

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    class _Read(TypedDict):
        roles_today: list[RoleAssignment]

    Listed = WithAnnotations[User, _Read]

PER_PAGE = 50


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
    log_read(request, person.chain, "read_user", person, ADMINISTRATORS)
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
        "lines": history.of_chain(person.chain),
    }
    return render(request, "organisation/user.html", context)


@roles(*ADMINISTRATORS)
def add(request: Request) -> HttpResponse:
    """A new person with their first role. The temporary password is shown once, on this answer."""
    form = NewUserForm(request.POST or None)
    return _password_page(
        request,
        form.instance,
        AddUser,
        form,
        said="Användaren är upplagd",
        back=reverse("organisation:users"),
        trail=_trail(),
        about={"role": _role_form(request, RoleAssignment())},
        button="Lägg upp",
        lead="Ett tillfälligt lösenord visas när du har sparat.",
    )


@roles(*ADMINISTRATORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Name, mail and telephone of a person."""
    person = _person(request, pk)
    form = UserForm(request.POST or None, instance=person)
    return change_page(
        request, person, ChangeUser, form, back=_address(person), trail=_trail(person)
    )


@roles(*ADMINISTRATORS)
def add_role(request: Request, pk: int) -> HttpResponse:
    """One more role for a person."""
    person = _other_person(request, pk)
    form = _role_form(request, RoleAssignment(user=person))
    return _person_page(request, person, AddRole, form, button="Lägg till")


@roles(*ADMINISTRATORS)
def end_role(request: Request, pk: int, role: int) -> HttpResponse:
    """A role's last day. One that never comes to hold is removed; the log keeps it."""
    person = _other_person(request, pk)
    held = _lasting_role(request, person, role)
    form = EndForm(request.POST or None, today=request.today, until=held.valid_to)
    return _person_page(
        request,
        person,
        EndRole,
        form,
        about={"held": held},
        lead=str(held),
        button="Avsluta rollen",
    )


@roles(*ADMINISTRATORS)
def move_role(request: Request, pk: int, role: int) -> HttpResponse:
    """The same role in another unit from a day; the old one ends the day before, in one step."""
    person = _other_person(request, pk)
    held = _lasting_role(request, person, role, unit__isnull=False)
    units = current_units_within(request.actor, ADMINISTRATORS)
    form = MoveRoleForm(request.POST or None, role=held, units=units, today=request.today)
    return _person_page(
        request, person, MoveRole, form, about={"held": held}, lead=str(held), button="Flytta"
    )


@roles(*ADMINISTRATORS)
def end(request: Request, pk: int) -> HttpResponse:
    """A person's end: no more log-ins, roles and substitutions end today. Nothing is deleted."""
    person = _other_person(request, pk)
    if not person.is_active:
        return redirect(_address(person))
    return _person_page(
        request,
        person,
        EndUser,
        ConfirmForm(request),
        button="Avsluta användaren",
        danger=True,
        lead=f"{person} kan inte längre logga in. Roller och ersättningar slutar i "
        "dag. Det personen har gjort finns kvar i ärenden och logg.",
    )


@roles(*ADMINISTRATORS)
@require_POST
def reopen(request: Request, pk: int) -> HttpResponse:
    """An ended person may log in again; roles are given anew."""
    person = _other_person(request, pk)
    if person.is_active:
        return redirect(_address(person))
    receipt = f"{person} kan logga in igen. Lägg till de roller som behövs."
    return changing.do(request, person, ReopenUser(), _address(person), receipt)


@roles(*ADMINISTRATORS)
@require_POST
def unlock(request: Request, pk: int) -> HttpResponse:
    """Forget a person's failed log-ins."""
    person = _person(request, pk)
    receipt = f"{person} kan försöka logga in igen."
    return changing.do(request, person, UnlockUser(), _address(person), receipt)


@roles(*ADMINISTRATORS)
def password(request: Request, pk: int) -> HttpResponse:
    """A new temporary password, shown once; open sessions end by it."""
    person = _other_person(request, pk)
    return _password_page(
        request,
        person,
        ResetPassword,
        ConfirmForm(request),
        said="Lösenordet är bytt",
        back=_address(person),
        trail=_trail(person),
        button="Skapa nytt lösenord",
        lead="Det gamla lösenordet slutar gälla genast, och personen får veta det. Förvissa dig "
        "om att det är rätt person som frågar.",
    )


@roles(*ADMINISTRATORS)
def second_factor(request: Request, pk: int) -> HttpResponse:
    """Take away a lost second factor, so that the person can set up a new one."""
    person = _other_person(request, pk)
    return _person_page(
        request,
        person,
        ResetSecondFactor,
        ConfirmForm(request),
        danger=True,
        button="Ta bort tvåstegsverifieringen",
        lead="Görs när personen har förlorat sin telefon eller nyckel. Förvissa dig om att det är "
        "rätt person som frågar.",
    )


def _password_page(
    request: Request,
    person: User,
    command: type[Filled[User]],
    form: BaseForm,
    *,
    said: str,
    back: str,
    trail: changing.Trail,
    about: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    """The page of a command that gives a temporary password: its own answer shows it, once."""
    password = temporary_password()

    def shown_once(_: Any) -> HttpResponse:
        context = {"person": person, "password": password, "title": said, "trail": _trail(person)}
        return render(request, "organisation/password.html", context)

    return changing.do_page(
        request,
        person,
        command,
        form,
        back=back,
        trail=trail,
        about={**(about or {}), "password": password},
        then=shown_once,
        **more,
    )


def is_locked(request: Request, person: User) -> bool:
    """Whether too many failed log-ins keep the person out just now."""
    failed = AccessAttempt.objects.filter(username=folded(person.username))
    if cool_off := get_cool_off(request):
        # django-axes goes by the real clock, whatever Demodatum says.
        failed = failed.filter(attempt_time__gte=clock.real_now() - cool_off)
    count = failed.aggregate(count=Sum("failures_since_start"))["count"] or 0
    return count >= axes_settings.AXES_FAILURE_LIMIT


def _person(request: Request, pk: int) -> User:
    """The person, if the administrator's role reaches them; else 404."""
    return get_object_or_404(users_within(request.actor, ADMINISTRATORS), pk=pk)


def _other_person(request: Request, pk: int) -> User:
    """The same, and never oneself. Raises PermissionDenied."""
    person = _person(request, pk)
    if person == request.user:
        raise PermissionDenied(NEVER_ONES_OWN)
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


def _lasts(held: RoleAssignment, day: date) -> bool:
    return held.valid_to is None or held.valid_to >= day


def _address(person: User) -> str:
    return reverse("organisation:user", args=[person.pk])


def _trail(person: User | None = None) -> Collection[tuple[str, str]]:
    first = ("Användare", reverse("organisation:users"))
    return (first, (person.name, _address(person))) if person else (first,)


def _person_page(
    request: Request, person: User, command: type[Filled[User]], form: BaseForm, **more: Any
) -> HttpResponse:
    return changing.do_page(
        request, person, command, form, back=_address(person), trail=_trail(person), **more
    )
