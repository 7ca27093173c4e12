"""The call document: its versions, editing a draft, publishing, and the public page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.views import CASE_READERS
from organisation.access import public, roles
from organisation.acting import act_of
from organisation.request import Request
from organisation.roles import Role
from procurement.specifications import editing
from procurement.specifications.forms import ROW_FORMS, PublishForm, TermsForm
from procurement.specifications.models import ServiceArea, SpecificationVersion
from procurement.specifications.wording import validity

EDITORS = frozenset(
    {Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.PROCUREMENT_OFFICER}
)


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
    try:
        draft = editing.new_version(act_of(request, EDITORS))
    except ValidationError as fault:
        messages.error(request, fault.messages[0])
        return redirect("specifications:list")
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
    if request.method == "POST" and form.is_valid():
        editing.set_terms(row, **form.cleaned_data, act=act_of(request, EDITORS))
        return redirect("specifications:version", pk)
    return _form_page(request, row, form, "Tid för beslut och ändringar")


@roles(*EDITORS)
def edit_row(request: Request, pk: int, part: str, row: int | None = None) -> HttpResponse:
    """Add or change a section, a required attachment or a remedy of a draft."""
    found = _draft(pk)
    kind = _part(part)
    instance = _row(kind, row, found) if row else kind.model(specification=found)
    form = ROW_FORMS[part](request.POST or None, instance=instance)
    if request.method == "POST" and form.is_valid():
        saved = form.save(commit=False)
        editing.save_row(saved, act_of(request, EDITORS))
        messages.success(request, f"Sparat: {saved}.")
        return redirect(f"{_address(found)}#{part}")
    title = f"Ändra {instance}" if row else f"Lägg till {kind.name.lower()}"
    return _form_page(request, found, form, title, part)


@roles(*EDITORS)
@require_POST
def move_row(request: Request, pk: int, part: str, row: int) -> HttpResponse:
    """Move a row of a draft one place up or down."""
    kind = _part(part)
    found = _row(kind, row, _draft(pk))
    step = -1 if request.POST.get("step") == "up" else 1
    editing.move_row(kind, found, step, act_of(request, EDITORS))
    return redirect(f"{_address(found.specification)}#{part}")


@roles(*EDITORS)
@require_POST
def remove_row(request: Request, pk: int, part: str, row: int) -> HttpResponse:
    """Take a row out of a draft."""
    found = _row(_part(part), row, _draft(pk))
    editing.remove_row(found, act_of(request, EDITORS))
    messages.success(request, f"Borttaget: {found}.")
    return redirect(f"{_address(found.specification)}#{part}")


@roles(*EDITORS)
@require_POST
def discard(request: Request, pk: int) -> HttpResponse:
    """Throw a draft away."""
    row = _draft(pk)
    editing.discard(row, act_of(request, EDITORS))
    messages.success(request, f"Utkastet till version {row.number} är borttaget.")
    return redirect("specifications:list")


@roles(*EDITORS)
def publish(request: Request, pk: int) -> HttpResponse:
    """Publish a draft from a day on."""
    row = _draft(pk)
    form = PublishForm(request.POST or None, initial={"valid_from": request.today})
    if request.method == "POST" and form.is_valid():
        try:
            editing.publish(row, form.cleaned_data["valid_from"], act_of(request, EDITORS))
        except ValidationError as fault:
            form.add_error(None, fault)
        else:
            messages.success(
                request,
                f"Version {row.number} är publicerad. Annonsera ändringen i den nationella "
                "databasen för valfrihetssystem.",
            )
            return redirect("specifications:version", pk)
    context = {
        "version": row,
        "form": form,
        "missing": editing.missing(row),
        **_against_previous(row),
    }
    status = 422 if form.errors else 200
    return render(request, "procurement/specifications/publish.html", context, status=status)


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


def _address(row: SpecificationVersion) -> str:
    return reverse("specifications:version", args=[row.pk])


def _form_page(
    request: Request, row: SpecificationVersion, form: Any, title: str, part: str = ""
) -> HttpResponse:
    context = {"version": row, "form": form, "title": title, "part": part}
    return render(
        request, "procurement/specifications/form.html", context, status=422 if form.errors else 200
    )
