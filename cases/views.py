"""The case page and the page on which a command is carried out, for every kind of case."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model, Prefetch, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from audit.models import Event
from audit.words import event_name
from cases import deadlines, picture
from cases.commands import CaseCommand, CaseForm
from cases.forms import WhatIfForm
from cases.leading import leading_command
from cases.models import Case, Deadline, JournalNote
from cases.permission import permitting
from cases.process import commands_of, process_of
from door import entry
from door.asked import CommandForm
from door.performing import Outcome, done_or_refused, perform
from door.refusals import Blocked, Refused, Stale
from organisation.access import logged_in, roles
from organisation.authority import Actor
from organisation.models import RoleAssignment
from organisation.reading import log_read
from organisation.request import Request
from organisation.roles import OUTSIDE_ROLES

CASE_READERS = frozenset().union(
    *(kind.reader_roles for kind in Case.kinds.values() if kind.is_listed)
)
"""Roles that read some kind of case by unit: they have the lists and the page of a case. Which
cases is a matter of `visible_to`. Every model is loaded before any page."""


def get_case(request: Request, pk: int) -> Case:
    """The case, if the person may see it; else 404, so that nothing is learned of what exists. What
    is no case to those who work with it, a day's plan, has a page of its own and none here.

    Whatever page it leads to, showing it is reading the case, and is logged (SEC-02).
    """
    visible = Case.objects.listed().visible_to(request.actor)
    found = get_object_or_404(visible.select_related("unit", "responsible", "provider"), pk=pk)
    log_reading(request, found)
    return found


def log_reading(
    request: Request,
    case: Case,
    name: str = "read_case",
    subject: Model | None = None,
    values: Mapping[str, Any] | None = None,
) -> None:
    """That somebody has read the case, or something of it (SEC-02)."""
    readers = Case.kinds[case.kind].reader_roles
    log_read(request, case.chain, name, subject or case, readers, case.unit.path, values)


@roles(*CASE_READERS)
def case(request: Request, pk: int) -> HttpResponse:
    """Everything of a case: what is missing, steps, journal, deadlines, documents. Logged (SEC-02)."""
    row = get_case(request, pk)
    if _has_own_page(request, row):
        return redirect(back_to(request, row))
    concrete = row.concrete()
    page = process_of(row.kind).page
    assert page, "a listed kind has a page"
    prefetch_related_objects([concrete], *concrete.guarded)
    context = {
        "case": concrete,
        "actions": actions(concrete, request.actor),
        "deadlines": deadlines_of(row),
        "notes": _notes(request, row),
        "shown_kind": request.GET.get("anteckningar", ""),
        "picture": picture.draw(concrete),
        "conflicts": row.conflicts.select_related("user"),
        "documents": row.documents.select_related("created_by"),
        **leading_command(concrete, request),
        **page.more(concrete, request),
    }
    return render(request, page.template, context)


@logged_in
def do(request: Request, pk: int, name: str) -> HttpResponse:
    """The page of one command: its form, what is missing, and carrying it out."""
    row = get_case(request, pk)
    command = commands_of(row.kind).get(name)
    if command is None:
        raise Http404
    concrete = row.concrete()
    sent, fits = request.method == "POST", command.fits(concrete)
    # The form of a command that does not fit may ask for what the case does not have.
    form = (command.form if fits else CaseForm)(
        request.POST if sent else None,
        request.FILES if sent else None,
        about=request.GET.get(command.form.subject, ""),
        row=concrete,
        actor=request.actor,
        day=request.today,
    )
    carry_out = _carry_out if fits else _too_late
    response = carry_out(request, row, command, form) if sent else None
    if response:
        return response
    held = permitting(concrete, command, request.actor)
    context = {
        "case": concrete,
        "command": command,
        "form": form,
        "key": request.POST.get("key") or uuid.uuid4().hex,
        "version": _version(request, row, form),
        "fits": fits,
        "not_allowed": held if isinstance(held, str) else "",
        "acting_for": None if isinstance(held, str) else held.on_behalf_of,
        "missing": command.missing(concrete, request.today) if fits else [],
        "back": back_to(request, row),
        "frame": "procurement/portal/base.html" if request.actor.is_outside else "base.html",
    }
    refused = form.errors or (sent and not fits)
    return render(request, "cases/do.html", context, status=422 if refused else 200)


def _carry_out(
    request: Request, row: Case, command: type[CaseCommand], form: Any
) -> HttpResponse | None:
    """Perform the command and go back to the case, or put the refusal on the form."""
    if not form.is_valid():
        return None
    try:
        outcome = perform(
            row,
            command(**form.cleaned_data),
            request.user,
            expected_version=entry.number(request.POST.get("version")),
            key=request.POST.get("key") or None,
            at=request.at,
        )
    except Blocked:
        return None  # the page lists what is missing
    except Refused as refusal:
        form.add_error(None, ValidationError(str(refusal), code=refusal.reason_code))
        return None
    return _done(request, row, command, outcome)


def _version(request: Request, row: Case, form: CommandForm) -> int:
    """The version that the page shows. What was sent with faults keeps the one that it was sent with: a
    change that came meanwhile has not been told by that."""
    is_told = form.is_bound and form.has_error(NON_FIELD_ERRORS, Stale.reason_code)
    sent = None if is_told else entry.whole_number(request.POST.get("version"))
    return sent or Case.objects.values_list("version", flat=True).get(pk=row.pk)


def _too_late(
    request: Request, row: Case, command: type[CaseCommand], form: Any
) -> HttpResponse | None:
    """Go back to the case if the same click has carried the command out; else the page says why not."""
    key = request.POST.get("key")
    if done_or_refused(row, command, request.user, key=key, at=request.at):
        return _done(request, row, command, Outcome(row, None, repeated=True))
    return None


def _done(
    request: Request, row: Case, command: type[CaseCommand], outcome: Outcome
) -> HttpResponse:
    messages.success(request, _receipt(command, row, outcome))
    return redirect(back_to(request, row))


def _receipt(command: type[CaseCommand], before: Case, outcome: Outcome) -> str:
    if outcome.repeated:
        return f"”{command.label}” var redan gjort."
    moved = before.state != outcome.subject.state
    where = f" Ärendet är nu i läget {outcome.subject.state_label}." if moved else ""
    return f"”{command.label}” är gjort.{where}"


def back_to(request: Request, row: Case) -> str:
    """Where a person sees the case: staff on the case page, a company in the portal, and who was
    given it by name but reads none of its kind on the page of the kind."""
    from django.urls import reverse

    name = "portal:case" if request.actor.is_outside else "cases:case"
    if _has_own_page(request, row):
        name = process_of(row.kind).own_page
    return reverse(name, args=[row.pk])


def _has_own_page(request: Request, row: Case) -> bool:
    """Whether the person sees a page of the kind's own instead of the case: given it by name, and no
    reader of its kind by unit."""
    readers = Case.kinds[row.kind].reader_roles
    own = process_of(row.kind).own_page
    return bool(own) and not request.actor.has_role(*readers, *OUTSIDE_ROLES)


def _whole_case(request: Request, pk: int) -> Case:
    """The case for whoever sees its case page; else 404."""
    row = get_case(request, pk)
    if _has_own_page(request, row):
        raise Http404
    return row


def actions(case: Any, actor: Actor) -> list[dict[str, Any]]:
    """The commands that `actor` may do on the case now, in the order of the routine."""
    return [
        {"command": command, "name": name, "leads_on": command.leads_on(case)}
        for name, command in commands_of(case.kind).items()
        if command.fits(case) and not isinstance(permitting(case, command, actor), str)
    ]


def deadlines_of(row: Case) -> list[Deadline]:
    """The case's deadlines, running ones first, with what explains them."""
    found = row.deadlines.filter(cancelled_on=None).prefetch_related(
        "suspensions", "extensions__decided_by"
    )
    return sorted(found, key=lambda deadline: (not deadline.is_running, deadline.due))


def _notes(request: Request, row: Case) -> dict[str, Any]:
    notes = row.notes.select_related("author", "on_behalf_of", "document")
    everything = list(notes)
    wanted = request.GET.get("anteckningar", "")
    return {
        "shown": [note for note in everything if not wanted or note.kind == wanted],
        "all": len(everything),
        "kinds": [
            (
                kind,
                str(kind.label) + ("ar" if kind != JournalNote.Kind.MESSAGE else "n"),
                sum(note.kind == kind for note in everything),
            )
            for kind in JournalNote.Kind
        ],
    }


@roles(*CASE_READERS)
def who_sees(request: Request, pk: int) -> HttpResponse:
    """Who can see the case, and why (CAP-14)."""
    row = _whole_case(request, pk)
    units = [row.unit.path[: place + 1] for place, sign in enumerate(row.unit.path) if sign == "/"]
    by_unit = (
        RoleAssignment.objects.on(request.today)
        .filter(
            role__in=Case.kinds[row.kind].reader_roles, unit__path__in=units, user__is_active=True
        )
        .select_related("user", "unit")
        .prefetch_related(
            Prefetch("user__stood_in_for", to_attr="substitutes"),
            "user__stood_in_for__substitute",
        )
        .order_by("user__name")
    )
    context = {
        "case": row,
        "by_unit": by_unit,
        "substitutes": [
            sub
            for held in by_unit
            for sub in held.user.substitutes
            if sub.valid_from <= request.today
            and (sub.valid_to is None or sub.valid_to >= request.today)
        ],
        "by_name": row.caseuserobjectpermission_set.select_related("user"),
        "by_company": RoleAssignment.objects.on(request.today)
        .filter(provider_id=row.provider_id, user__is_active=True, provider_id__isnull=False)
        .select_related("user", "provider"),
        "reads": Event.objects.filter(chain__name=row.chain, kind=Event.Kind.READ)
        .select_related("actor", "on_behalf_of")
        .order_by("-seq")[:50],
    }
    return render(request, "cases/who_sees.html", context)


@roles(*CASE_READERS)
def history(request: Request, pk: int) -> HttpResponse:
    """The case's event log as people read it: who, when, what."""
    row = _whole_case(request, pk)
    events = (
        Event.objects.filter(chain__name=row.chain)
        .select_related("actor", "on_behalf_of", "values")
        .order_by("-seq")[:500]
    )
    lines = [{"event": e, "label": event_name(e.name)} for e in events]
    return render(request, "cases/history.html", {"case": row, "lines": lines})


@roles(*CASE_READERS)
def what_if(request: Request, pk: int, deadline: int) -> HttpResponse:
    """Why a deadline falls when it does, and when it would fall with another first day (CAP-03)."""
    row = _whole_case(request, pk)
    found = get_object_or_404(
        row.deadlines.prefetch_related("suspensions", "extensions__decided_by"), pk=deadline
    )
    form = WhatIfForm(request.GET if "anchor" in request.GET else None)
    tried = None
    if form.is_valid():
        tried = deadlines.compute(
            found.budget,
            form.cleaned_data["anchor"],
            roll=found.roll,
            source=found.source,
            anchor_text="prövad första dag",
        )
    context = {
        "case": row,
        "deadline": found,
        "form": form,
        "tried": tried,
        "computed": found.computed(request.today),
    }
    return render(request, "cases/what_if.html", context)
