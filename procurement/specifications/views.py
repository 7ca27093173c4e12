"""The call document: its versions, editing a draft, publishing, and the public page."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.views import CASE_READERS
from door.filled import Filled
from organisation.access import public, roles
from organisation.pages import changing
from organisation.pages.doing import hidden, press, send
from organisation.request import Request
from procurement.specifications import commands, editing
from procurement.specifications.commands import EDITORS
from procurement.specifications.forms import ROW_FORMS, PublishForm, TermsForm
from procurement.specifications.models import ServiceArea, SpecificationVersion
from procurement.specifications.wording import validity


@roles(*EDITORS)
def versions(request: Request) -> HttpResponse:
    """Every version, the newest first."""
    rows = SpecificationVersion.objects.annotate(bound=Count("applications"))
    context = {
        "versions": rows,
        "in_force": SpecificationVersion.objects.in_force(request.today),
        "draft": next((row for row in rows if not row.published), None),
    }
    return render(request, "procurement/specifications/list.html", context)


@roles(*EDITORS)
@require_POST
def new(request: Request) -> HttpResponse:
    """Begin a draft as a copy of the latest version."""
    drafted = press(request, SpecificationVersion(), commands.VersionDrafted())
    if drafted is None:
        return redirect("specifications:list")
    draft = drafted.subject
    messages.success(request, f"Version {draft.number} är ett utkast. Ändra det som ska ändras.")
    return redirect("specifications:version", draft.pk)


@roles(*EDITORS, *CASE_READERS)
def version(request: Request, pk: int) -> HttpResponse:
    """A version with everything in it, and what it changes. Drafts are for those who write them."""
    row = get_object_or_404(SpecificationVersion, pk=pk)
    is_editor = request.actor.has_role(*EDITORS)
    if not row.published and not is_editor:
        raise Http404
    context = {
        **_contents(row),
        **_against_previous(row),
        "in_force": SpecificationVersion.objects.in_force(request.today),
        "is_editor": is_editor,
        "editable": is_editor and not row.published,
        "missing": editing.missing(row),
    }
    return render(request, "procurement/specifications/version.html", context)


@roles(*EDITORS)
def terms(request: Request, pk: int) -> HttpResponse:
    """Decision time and what is new, in a draft."""
    row = _draft(pk)
    form = TermsForm(request.POST or None, instance=row)
    return _form_page(request, row, commands.TermsChanged, form)


@roles(*EDITORS)
def edit_row(request: Request, pk: int, part: str, row: int | None = None) -> HttpResponse:
    """Add or change a section, a required attachment or a remedy of a draft."""
    found = _draft(pk)
    kind = _part(part)
    instance = _row(kind, row, found) if row else kind.model(specification=found)
    form = ROW_FORMS[part](request.POST or None, instance=instance)
    command = commands.RowChanged if row else commands.RowAdded
    title = f"Ändra {instance}" if row else f"Lägg till {kind.name.lower()}"
    return _form_page(request, found, command, form, title, part)


@roles(*EDITORS)
@require_POST
def move_row(request: Request, pk: int, part: str, row: int) -> HttpResponse:
    """Move a row of a draft one place up or down."""
    kind, draft = _part(part), _draft(pk)
    found = _row(kind, row, draft)
    step = -1 if request.POST.get("step") == "up" else 1
    if kind.can_move(draft, found, step):
        press(request, draft, commands.RowMoved(part=kind, row=found, step=step))
    return redirect(_address(draft, part))


@roles(*EDITORS)
@require_POST
def remove_row(request: Request, pk: int, part: str, row: int) -> HttpResponse:
    """Take a row out of a draft."""
    draft = _draft(pk)
    found = _row(_part(part), row, draft)
    command, said = commands.RowRemoved(row=found), f"Borttaget: {found}."
    return changing.do(request, draft, command, _address(draft, part), receipt=said)


@roles(*EDITORS)
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row = _draft(pk)
    if press(request, row, commands.DraftDiscarded()) is None:
        return redirect("specifications:version", pk)
    messages.success(request, f"Utkastet till version {row.number} är borttaget.")
    return redirect("specifications:list")


@roles(*EDITORS)
def publish(request: Request, pk: int) -> HttpResponse:
    """Publish a draft from a day on."""
    row = _draft(pk)
    form = PublishForm(request.POST or None, initial={"valid_from": request.today})
    sent = send(request, row, commands.VersionPublished, form)
    if sent.outcome:
        return redirect("specifications:version", pk)
    context = {
        "draft": row,
        "form": form,
        "missing": editing.missing(row),
        **_against_previous(row),
        **hidden(request, row, sent.status),
    }
    return render(request, "procurement/specifications/publish.html", context, status=sent.status)


@public
def in_force(request: Request) -> HttpResponse:
    """The call document that holds today, for everybody."""
    row = SpecificationVersion.objects.in_force(request.today)
    return _public_page(request, row)


@public
def published(request: Request, number: int) -> HttpResponse:
    """A published version, for everybody: an application is tried against the one of its day."""
    return _public_page(
        request, get_object_or_404(SpecificationVersion, number=number, published=True)
    )


def _public_page(request: Request, row: SpecificationVersion | None) -> HttpResponse:
    coming = SpecificationVersion.objects.filter(published=True, valid_from__gt=request.today)
    context = {
        "coming": coming.order_by("valid_from").first(),
        "areas": ServiceArea.objects.all(),
        "is_in_force": row == SpecificationVersion.objects.in_force(request.today),
        **(_contents(row) if row else {"version": None}),
    }
    return render(
        request, "procurement/specifications/public.html", context, status=200 if row else 404
    )


def _contents(row: SpecificationVersion) -> dict[str, Any]:
    return {
        "version": row,
        "sections": row.sections.all(),
        "attachments": [(demand, validity(demand)) for demand in row.required_attachments.all()],
        "remedies": row.remedies.all(),
    }


def _against_previous(row: SpecificationVersion) -> dict[str, Any]:
    previous = SpecificationVersion.objects.filter(number__lt=row.number).first()
    return {
        "previous": previous,
        "differences": editing.differences(row, previous) if previous else [],
    }


def _draft(pk: int) -> SpecificationVersion:
    """The version to write in; 403 when it has been published."""
    return editing.require_draft(get_object_or_404(SpecificationVersion, pk=pk))


def _part(name: str) -> editing.Part:
    if name not in editing.PARTS:
        raise Http404
    return editing.PARTS[name]


def _row(part: editing.Part, pk: int, version: SpecificationVersion) -> editing.Row:
    row = get_object_or_404(part.model, pk=pk, specification=version)
    assert isinstance(row, editing.Row)  # as every part's rows are
    return row


def _address(row: SpecificationVersion, part: str = "") -> str:
    address = reverse("specifications:version", args=[row.pk])
    return f"{address}#{part}" if part else address


def _form_page(
    request: Request,
    row: SpecificationVersion,
    command: type[Filled[SpecificationVersion]],
    form: Any,
    title: str = "",
    part: str = "",
) -> HttpResponse:
    trail = [
        ("Förfrågningsunderlag", reverse("specifications:list")),
        (f"Version {row.number}", _address(row)),
    ]
    back = _address(row, part)
    return changing.do_page(request, row, command, form, back=back, title=title, trail=trail)
