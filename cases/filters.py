"""Which cases a list shows, asked for by the address. Requirement CAP-14.

Overview, worklist and export read the same words, so that one address means the same everywhere.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

import django_filters
from django import forms
from django.db.models import Case as Choose
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.http import QueryDict

from cases import awaiting, calendar
from cases.models import Case, Deadline
from cases.models.case import CaseQuerySet
from door import entry
from organisation import swedish
from organisation.authority import Actor
from organisation.models import Provider, User
from organisation.request import Request

VIEWS = (
    ("alla", "Alla"),
    ("forsenade", "Försenade"),
    ("inom7", "Förfaller inom 7 dagar"),
    ("mina", "Mina"),
    ("vantar", "Väntar på mig"),
)
ENDED = "avslutade"
SOON_DAYS = 7
MOST_CHOICES = 200
"""A longer list of companies is searched by text instead."""


def listed(actor: Actor) -> CaseQuerySet:
    """The cases that a person may see, with what every list shows of them."""
    return (
        Case.objects.listed()
        .visible_to(actor)
        .with_next_deadline()
        .select_related("responsible", "unit", "provider")
    )


def view(name: str, actor: Actor, today: date) -> Q:
    """What one of `VIEWS` means; a deadline that falls today is not overdue."""
    soon = calendar.add_days(today, SOON_DAYS)
    return {
        "forsenade": Q(next_due__lt=today),
        "inom7": Q(next_due__range=(today, soon)),
        "mina": Q(responsible__in=actor.acts_for),
        "vantar": awaiting.has_work(actor),
    }.get(name, Q())


def any_text(text: str) -> Q:
    """Cases with `text` in number, registry number or company name."""
    return swedish.containing(text, "number", "registry_no", "title", "provider__name")


def kinds() -> list[tuple[str, str]]:
    """The kinds of case."""
    return [(name, kind.case_label) for name, kind in Case.kinds.items() if kind.is_listed]


def states(kind: str = "") -> list[tuple[str, str]]:
    """The states of a kind of case, or of every kind, but the draft, in the order of the routine.

    A state that several kinds have stands once, with what each calls it.
    """
    labels: dict[str, list[str]] = {}
    for name, model in Case.kinds.items():
        for state in model.State if kind in ("", name) else ():  # type: ignore[attr-defined]
            if state != Case.DRAFT and str(state.label) not in labels.setdefault(state.value, []):
                labels[state.value].append(str(state.label))
    return [(state, " / ".join(words)) for state, words in labels.items()]


def _with_visible_cases(request: Request, field: str) -> Exists:
    visible = Case.objects.listed().visible_to(request.actor)  # type: ignore[attr-defined]
    return Exists(visible.filter(**{field: OuterRef("pk")}))


def _providers(request: Request) -> QuerySet[Provider]:
    return Provider.objects.filter(_with_visible_cases(request, "provider"))


def _people(request: Request) -> QuerySet[User]:
    return User.objects.filter(_with_visible_cases(request, "responsible"))


class Sorting(django_filters.OrderingFilter):
    """By deadline (those without one last), number, company, state as in the routine, or person."""

    FIELDS = {
        "frist": "next_due",
        "nummer": "number",
        "foretag": "title",
        "lage": "place",
        "ansvarig": "responsible__name",
    }

    def filter(self, qs: QuerySet, value: list[str] | None) -> QuerySet:
        wanted = (value or ["frist"])[0]
        field = self.FIELDS[wanted.lstrip("-")]
        if field == "place":
            order = [When(state=state, then=Value(n)) for n, (state, _) in enumerate(states())]
            qs = qs.annotate(place=Choose(*order, default=Value(len(order))))
        by = F(field).desc if wanted.startswith("-") else F(field).asc
        return qs.order_by(by(nulls_last=True), "pk")


class CaseFilter(django_filters.FilterSet):
    """The words of an address, for example `?visa=forsenade&lage=received&ansvarig=ingen`."""

    visa = django_filters.ChoiceFilter(
        choices=(*VIEWS, (ENDED, "Avslutade")), method="shown", widget=forms.HiddenInput
    )
    text = django_filters.CharFilter(label="Text", method="with_text")
    slag = django_filters.ChoiceFilter(
        label="Slag", field_name="kind", choices=kinds, empty_label="Alla"
    )
    utforare = django_filters.ModelChoiceFilter(
        label="Utförare", field_name="provider", queryset=_providers, empty_label="Alla"
    )
    ansvarig = django_filters.ModelChoiceFilter(
        label="Ansvarig",
        field_name="responsible",
        queryset=_people,
        empty_label="Alla",
        null_label="Ingen",
        null_value="ingen",
    )
    lage = django_filters.MultipleChoiceFilter(
        label="Läge",
        field_name="state",
        choices=states,
        distinct=False,
        widget=forms.CheckboxSelectMultiple,
    )
    nummer = django_filters.CharFilter(
        label="Ärendenummer", field_name="number", lookup_expr="istartswith"
    )
    dagar = django_filters.NumberFilter(
        label="Förfaller inom, dagar", method="due_within", min_value=0, max_value=366
    )
    sortera = Sorting(
        fields=[(field, word) for word, field in Sorting.FIELDS.items()], widget=forms.HiddenInput
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        # What the page offers; what is chosen is still checked against every company.
        self.form.fields["utforare"].widget.choices = [
            ("", "Alla"),
            *_first_choices(self.request, self.data.get("utforare")),
        ]
        kind = self.data.get("slag", "")
        if kind in Case.kinds:
            self.form.fields["lage"].widget.choices = states(kind)

    def filter_queryset(self, queryset: CaseQuerySet) -> QuerySet:
        """Open cases, unless ended ones are asked for by `visa` or by their state."""
        asked = self.form.cleaned_data
        asked.setdefault("sortera", [])  # an order that cannot be read is the usual one
        if asked.get("visa") != ENDED and not asked.get("lage"):
            queryset = queryset.open()
        return super().filter_queryset(queryset)

    def shown(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """One of `VIEWS`, or the ended cases."""
        if value == ENDED:
            return queryset.exclude(closed_on=None)
        return queryset.filter(view(value, self.request.actor, self.request.today))

    def with_text(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Number, registry number or company name."""
        return queryset.filter(any_text(entry.sought(value)))

    def due_within(self, queryset: QuerySet, name: str, value: Any) -> QuerySet:
        """Due from today up to so many days on, both inclusive."""
        today = self.request.today
        return queryset.filter(next_due__range=(today, calendar.add_days(today, int(value))))

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the order is asked for."""
        return any(self.data.get(name) for name in self.filters if name != "sortera")

    @property
    def chosen_states(self) -> list[str]:
        """The states asked for, in Swedish."""
        wanted = self.data.getlist("lage") if isinstance(self.data, QueryDict) else []
        return [label for state, label in states() if state in wanted]


def _first_choices(request: Request, chosen: str | None) -> list[tuple[Any, str]]:
    rows = list(_providers(request).values_list("pk", "name")[:MOST_CHOICES])
    number = entry.whole_number(chosen)
    if number and number not in dict(rows):
        rows += _providers(request).filter(pk=number).values_list("pk", "name")
    return rows


def filtered(request: Request) -> CaseFilter:
    """What the address asks for, among the cases that the person may see."""
    return CaseFilter(_asked(request.GET), queryset=listed(request.actor), request=request)  # type: ignore[attr-defined]


def counts(request: Request, found: CaseFilter) -> list[tuple[str, str, int]]:
    """Each of `VIEWS` with its label and how many cases it holds, in one query.

    Everything else that the address asks for still holds.
    """
    actor, today = request.actor, request.today  # type: ignore[attr-defined]
    found.is_valid()  # what cannot be read is left out
    asked = {name: value for name, value in found.form.cleaned_data.items() if name != "visa"}
    rows = listed(actor) if asked.get("lage") else listed(actor).open()
    for name, value in asked.items():
        if name != "sortera":
            rows = found.filters[name].filter(rows, value)
    numbers = rows.order_by().aggregate(
        **{name: Count("pk", filter=view(name, actor, today)) for name, _ in VIEWS}
    )
    return [(name, label, numbers[name]) for name, label in VIEWS]


def known_query(text: str) -> str:
    """The part of an address's query that a list understands, for keeping."""
    query = _asked(QueryDict(text))
    for name in set(query) - set(CaseFilter.base_filters):
        del query[name]
    return query.urlencode()


def _asked(data: QueryDict) -> QueryDict:
    """Without what was left empty."""
    kept = data.copy()
    for name in list(kept):
        values = [value for value in kept.getlist(name) if value.strip()]
        kept.setlist(name, values) if values else kept.pop(name)
    return kept


def add_next_deadline(cases: Iterable[Case]) -> list[Case]:
    """Give each case its `next_deadline` (or None), in one query for all of them."""
    rows = list(cases)
    first: dict[int, Deadline] = {}
    for deadline in Deadline.objects.running().filter(case__in=[row.pk for row in rows]):
        first.setdefault(deadline.case_id, deadline)
    for case in rows:
        case.next_deadline = first.get(case.pk)
    return rows
