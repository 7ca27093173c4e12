"""The pages of the templates, whatever they are templates of."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BooleanField, Textarea, modelformset_factory
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases.views import CASE_READERS
from organisation.access import roles
from organisation.pages import changing
from organisation.pages.doing import TOLD, hidden, press
from organisation.request import Request
from procurement.templating import commands
from procurement.templating.commands import EDITORS
from procurement.templating.models import Template


def _templates() -> dict[str, type[Template]]:
    """What there are templates of, by its word in addresses."""
    return {of.word: of for of in Template.__subclasses__()}


def _kind_of(what: str) -> type[Template]:
    found = _templates().get(what)
    if found is None:
        raise Http404
    return found


@roles(*CASE_READERS)
def template_list(request: Request) -> HttpResponse:
    """Every version, by what it is of and its kind, the newest first."""
    may_edit = request.actor.has_role(*EDITORS)
    groups = []
    for what, of in _templates().items():
        rows = list(of.objects.all() if may_edit else of.objects.exclude(published_on=None))
        kinds = [(kind, [row for row in rows if row.kind == kind]) for kind in of.Kind]
        groups.append((what, of.name, kinds))
    return render(
        request, "procurement/templating/list.html", {"groups": groups, "may_edit": may_edit}
    )


@roles(*CASE_READERS)
def template(request: Request, what: str, pk: int) -> HttpResponse:
    """A version: read when it is published, edited as a whole while it is a draft."""
    row = get_object_or_404(_kind_of(what), pk=pk)
    may_edit = request.actor.has_role(*EDITORS)
    if row.published_on:
        context = {"what": what, "template": row, "rows": row.rows.all(), "may_edit": may_edit}
        return render(request, "procurement/templating/template.html", context)
    if not may_edit:
        raise Http404
    forms = _row_forms(request, row)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and forms.is_valid():
        if press(request, row, commands.TemplateChanged(rows=forms)):
            messages.success(request, "Mallen är sparad.")
            return redirect("templating:template", what, pk)
        status = TOLD
    context = {"what": what, "template": row, "forms": forms, **hidden(request, row, status)}
    return render(request, "procurement/templating/draft.html", context, status=status)


def _row_forms(request: Request, row: Template) -> Any:
    model = row.rows.model
    texts = [
        name
        for name in row.copied
        if model._meta.get_field(name).get_internal_type() == "TextField"
    ]
    factory = modelformset_factory(
        model,
        fields=row.copied,
        widgets={name: Textarea(attrs={"rows": 3}) for name in texts},
        extra=1,
        can_delete=True,
    )
    forms = factory(
        request.POST or None,
        queryset=row.rows.all(),
        form_kwargs={"use_required_attribute": False},
    )
    for form in forms:
        instance: Any = form.instance  # a row of whatever the template is of
        instance.template = row
        if "DELETE" in form.fields:
            form.fields["DELETE"] = BooleanField(label="Ta bort raden", required=False)
    return forms


@roles(*EDITORS)
@require_POST
def new_template(request: Request, what: str) -> HttpResponse:
    """Begin a draft as a copy of the newest version of a kind."""
    of, kind = _kind_of(what), request.POST.get("kind", "")
    if kind not in of.Kind.values:
        raise Http404
    drafted = press(request, of(kind=kind), commands.TemplateDrafted())
    if drafted is None:
        return redirect("templating:list")
    return redirect("templating:template", what, drafted.subject.pk)


@roles(*EDITORS)
@require_POST
def end_draft(request: Request, what: str, pk: int) -> HttpResponse:
    """Publish a draft, or throw it away."""
    draft = get_object_or_404(_kind_of(what), pk=pk)
    if draft.published_on:
        raise PermissionDenied(commands.FIXED)
    back = reverse("templating:template", args=[what, pk])
    if request.POST.get("do") != "discard":
        said = f"{draft} är publicerad och används för {draft.used_for}."
        return changing.do(request, draft, commands.TemplatePublished(), back, receipt=said)
    if press(request, draft, commands.TemplateDiscarded()) is None:
        return redirect(back)
    messages.success(request, "Utkastet är kastat.")
    return redirect("templating:list")
