"""What everybody may read of a tender, and asking without login. Nothing tells who asked. TND-01."""

import uuid

from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from cases import documents
from cases.models import Document
from door.fields import field_of
from door.performing import perform
from door.refusals import Refused, Stale
from organisation.access import public
from organisation.request import Request
from procurement.tenders.commands.questions import ANONYMOUS, AskQuestion
from procurement.tenders.models import Tender, TenderSection


class AskForm(forms.Form):
    """A bidder's question, and nothing of the bidder."""

    text = forms.CharField(
        label="Din fråga",
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=4000,
        help_text=ANONYMOUS,
    )
    section = forms.ModelChoiceField(
        TenderSection.objects.none(), label="Gäller avsnitt", required=False
    )

    def __init__(self, *args, tender: Tender, **kwargs):
        super().__init__(*args, **kwargs)
        field_of(self, "section", forms.ModelChoiceField).queryset = tender.sections.all()


@public
def announced(request: Request) -> HttpResponse:
    """Tenders that have been published, the newest first."""
    rows = Tender.objects.exclude(published_on=None).order_by("-published_on", "-pk")
    return render(request, "procurement/tenders/announced.html", {"rows": rows[:50]})


@public
def announcement(request: Request, pk: int) -> HttpResponse:
    """The call document, its days, and every answered question in order."""
    tender = _published(pk)
    return _page(request, tender, AskForm(tender=tender))


@public
def document(request: Request, pk: int) -> HttpResponse:
    """The call document as it was locked when it was published."""
    tender = _published(pk)
    row = Document.objects.filter(
        case_id=tender.pk, kind="tender_document", locked_at__isnull=False
    ).first()
    if row is None:
        raise Http404
    response = HttpResponse(documents.content(row), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{tender.number}.pdf"'
    return response


@public
@require_POST
def ask(request: Request, pk: int) -> HttpResponse:
    """Take in a question. It is performed as nobody's, also when somebody is logged in."""
    tender = _published(pk)
    form = AskForm(request.POST, tender=tender)
    if form.is_valid() and _asked(request, tender, form):
        messages.success(
            request,
            "Frågan är mottagen. Frågan och svaret visas här samtidigt för alla, utan uppgift om "
            "vem som frågade.",
        )
        return redirect("tenders:public", pk)
    return _page(request, tender, form)


def _asked(request: Request, tender: Tender, form: AskForm) -> bool:
    """Whether the question came in; else the form says why not."""
    if not ratelimit.consume(request, action="tender_question"):
        form.add_error(None, "Många frågor har kommit från samma håll. Försök igen om en timme.")
        return False
    try:
        perform(
            tender,
            AskQuestion(**form.cleaned_data, arrived_on=request.today),
            None,
            expected_version=tender.version,
            key=request.POST.get("key") or None,
            at=request.at,
        )
    except Stale:
        form.add_error(None, "Någon annan skrev samtidigt. Skicka frågan igen.")
    except Refused as refusal:
        said = (
            str(refusal)
            if tender.takes_questions(request.today)
            else "Tiden för frågor är slut. Läs de frågor och svar som står här."
        )
        form.add_error(None, said)
    return not form.errors


def _page(request: Request, tender: Tender, form: AskForm) -> HttpResponse:
    context = {
        "tender": tender,
        "sections": tender.sections.all(),
        "questions": tender.questions.exclude(answered_at=None)
        .select_related("section")
        .prefetch_related("clarifications"),
        "form": form,
        "key": uuid.uuid4().hex,
        "takes_questions": tender.takes_questions(request.today),
    }
    status = 422 if form.errors else 200
    return render(request, "procurement/tenders/public.html", context, status=status)


def _published(pk: int) -> Tender:
    return get_object_or_404(Tender.objects.exclude(published_on=None), pk=pk)
