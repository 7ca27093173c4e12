"""The delegation of authority: who may decide what, and from when. Requirement CAP-08, ESC-03."""

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from door.filled import Filled
from organisation.access import inside, roles
from organisation.commands.delegation import (
    EDITORS,
    AddDelegation,
    ChangeDelegation,
    EndDelegation,
)
from organisation.forms import DelegationForm, EndForm, overlapping
from organisation.models import DelegationRule
from organisation.pages import changing, history
from organisation.pages.holders import by_role
from organisation.request import Request


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
def add(request: Request) -> HttpResponse:
    """A new rule."""
    form = DelegationForm(request.POST or None, today=request.today)
    return _page(request, form.instance, AddDelegation, form, button="Lägg till")


@roles(*EDITORS)
def change(request: Request, pk: int) -> HttpResponse:
    """Another delegate, wording or paragraph from a day: the old rule ends the day before."""
    old = _lasting(request, pk)
    form = DelegationForm(request.POST or None, today=request.today, old=old)
    return _page(request, old, ChangeDelegation, form, lead=str(old))


@roles(*EDITORS)
def end(request: Request, pk: int) -> HttpResponse:
    """The last day of a rule, without another in its place."""
    rule = _lasting(request, pk)
    return _page(
        request,
        rule,
        EndDelegation,
        EndForm(request.POST or None, today=request.today, until=rule.valid_to),
        button="Avsluta",
        lead=f"{rule}. Om "
        "ingen annan delegation finns för beslutet kan ingen fatta det efter den dagen.",
    )


def _lasting(request: Request, pk: int) -> DelegationRule:
    return get_object_or_404(DelegationRule.objects.filter(overlapping(request.today, None)), pk=pk)


def _page(
    request: Request,
    rule: DelegationRule,
    command: type[Filled[DelegationRule]],
    form: BaseForm,
    **more: Any,
) -> HttpResponse:
    back = reverse("organisation:delegation")
    return changing.do_page(request, rule, command, form, back=back, trail=_trail(), **more)


def _trail() -> list[tuple[str, str]]:
    return [("Delegationsordning", reverse("organisation:delegation"))]
