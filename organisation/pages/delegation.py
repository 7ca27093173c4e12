"""The delegation of authority: who may decide what, and from when. Requirement CAP-08, ESC-03."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from audit.clock import day_before
from organisation.access import inside, roles
from organisation.forms import DelegationForm, EndForm, overlapping
from organisation.models import DelegationRule
from organisation.pages import changing, history
from organisation.pages.holders import by_role
from organisation.request import Request
from organisation.roles import Role

EDITORS = frozenset({Role.VIVA_ADMINISTRATOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})


@inside
def delegation(request: Request) -> HttpResponse:
    """The rules in force with who holds the role today; then coming and past ones."""
    today, rules = request.today, list(DelegationRule.objects.all())
    lasting = [rule for rule in rules if rule.valid_to is None or rule.valid_to >= today]
    context = {
        "groups": [
            ("Gäller nu", [rule for rule in lasting if rule.valid_from <= today], "nu"),
            ("Kommande", [rule for rule in lasting if rule.valid_from > today], "kommande"),
            ("Tidigare", [rule for rule in rules if rule not in lasting], "tidigare"),
        ],
        "held": by_role({rule.role for rule in lasting}, today),
        "is_editor": request.actor.has_role(*EDITORS),
    }
    return render(request, "organisation/delegation.html", context)


@inside
def code_history(request: Request, code: str) -> HttpResponse:
    """What has been changed for one decision."""
    get_object_or_404(DelegationRule.objects.filter(code=code)[:1])
    context = {
        "title": f"Historik: {history.DECISIONS.get(code, code)}",
        "trail": _trail(),
        "lines": history.of_chain(f"delegation:{code}"),
    }
    return render(request, "organisation/history_page.html", context)


@roles(*EDITORS)
@transaction.atomic
def add(request: Request) -> HttpResponse:
    """A new rule."""
    form = DelegationForm(request.POST or None, today=request.today)

    def save() -> str:
        rule = form.save()
        _record(request, "add_delegation", rule, changing.stated(form))
        return f"{rule} gäller från {rule.valid_from}."

    return _page(request, form, save=save, title="Ny delegation", button="Lägg till")


@roles(*EDITORS)
@transaction.atomic
def change(request: Request, pk: int) -> HttpResponse:
    """Another delegate, wording or paragraph from a day: the old rule ends the day before."""
    old = _lasting(request, pk)
    form = DelegationForm(request.POST or None, today=request.today, old=old)

    def save() -> str:
        before = {name: changing.plain(getattr(old, name)) for name in form.cleaned_data}
        changing.end_on(old, day_before(form.cleaned_data["valid_from"]))
        new = form.save()
        values = {
            name: [before[name], changing.plain(value)]
            for name, value in form.cleaned_data.items()
            if before[name] != changing.plain(value)
        }
        _record(request, "change_delegation", new, values)
        return f"{new} gäller från {new.valid_from}."

    return _page(request, form, save=save, title="Ändra delegation", lead=str(old))


@roles(*EDITORS)
@transaction.atomic
def end(request: Request, pk: int) -> HttpResponse:
    """The last day of a rule, without another in its place."""
    rule = _lasting(request, pk)
    form = EndForm(request.POST or None, today=request.today, until=rule.valid_to)

    def save() -> str:
        last_day = form.cleaned_data["last_day"]
        values = {
            "label": [rule.label] * 2,
            "role": [rule.role] * 2,
            "valid_to": [rule.valid_to, last_day],
        }
        _record(request, "end_delegation", rule, values)
        changing.end_on(rule, last_day)
        return f"{rule} slutar {last_day}."

    return _page(
        request,
        form,
        save=save,
        title="Avsluta delegation",
        button="Avsluta",
        lead=f"{rule}. Om "
        "ingen annan delegation finns för beslutet kan ingen fatta det efter den dagen.",
    )


def _lasting(request: Request, pk: int) -> DelegationRule:
    lasting = DelegationRule.objects.filter(overlapping(request.today, None))
    return get_object_or_404(lasting.select_for_update(), pk=pk)


def _record(request: Request, name: str, rule: DelegationRule, values: changing.Values) -> None:
    changing.record(request, EDITORS, f"delegation:{rule.code}", name, rule, values)


def _page(request: Request, *form: Any, **more: Any) -> HttpResponse:
    return changing.form_page(
        request, *form, back=reverse("organisation:delegation"), trail=_trail(), **more
    )


def _trail() -> list[tuple[str, str]]:
    return [("Delegationsordning", reverse("organisation:delegation"))]
