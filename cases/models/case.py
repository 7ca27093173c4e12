"""The case: what every process shares, and the only legal place of its state."""

from datetime import date
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils.functional import cached_property
from django_fsm import FSMField
from guardian.models import UserObjectPermissionBase

from cases.models.deadline import Deadline
from door.models import Subject
from organisation.authority import Actor
from organisation.models import Provider, Unit
from organisation.swedish import SWEDISH

if TYPE_CHECKING:
    from cases.models.tasks import Awaited


class CaseQuerySet(models.QuerySet):
    """The reading vocabulary of cases."""

    def update(self, **kwargs):
        if "state" in kwargs:
            raise TypeError("A case's state changes through door.performing.perform alone.")
        return super().update(**kwargs)

    def visible_to(self, actor: Actor):
        """What `actor` may see: by unit and role, by company, or given to them by name (SEC-01)."""
        by_name = CaseUserObjectPermission.objects.filter(
            user_id=actor.user.pk,
            permission__codename="view_case",
            content_object_id=OuterRef("pk"),
        )
        seen = Q(provider_id__in=actor.provider_ids)
        for kind, subclass in Case.kinds.items() if actor.provider_ids else ():
            if subclass.withheld is not None:
                seen &= ~(Q(kind=kind) & subclass.withheld)
        for kind, subclass in Case.kinds.items():
            for path in actor.unit_paths(subclass.reader_roles):
                seen |= Q(kind=kind, unit__path__startswith=path) & ~Q(state=Case.DRAFT)
        return self.filter(seen | Q(Exists(by_name)))  # the dearest question last

    def listed(self):
        """Cases of the kinds that lists of cases show."""
        hidden = [kind for kind, subclass in Case.kinds.items() if not subclass.is_listed]
        return self.exclude(kind__in=hidden) if hidden else self

    def open(self):
        """Cases that are not ended."""
        return self.filter(closed_on=None)

    def with_next_deadline(self):
        """Annotate `next_due`, the earliest open deadline."""
        running = Deadline.objects.running().filter(case=OuterRef("pk")).order_by("due")
        return self.annotate(next_due=Subquery(running.values("due")[:1]))

    def overdue(self, today: date):
        """Cases with an open deadline before `today`."""
        return self.filter(
            Exists(Deadline.objects.filter(case=OuterRef("pk")).running().filter(due__lt=today))
        )


class Case(Subject):
    """A case of some kind. A process is a subclass with its transitions on `state`."""

    called = "Ärendet"
    DRAFT = "draft"
    kinds: ClassVar[dict[str, type["Case"]]] = {}
    reader_roles: ClassVar[frozenset[str]] = frozenset()
    case_kind: ClassVar[str] = ""
    case_label: ClassVar[str] = ""
    """What a case of the kind is called, in Swedish."""
    is_listed: ClassVar[bool] = True
    """Whether the lists of cases show it; a plan of a day has pages of its own."""
    number_prefix: ClassVar[str] = ""
    joined: ClassVar[tuple[str, ...]] = ()
    """Rows that a case of the kind is read with."""
    guarded: ClassVar[tuple[str, ...]] = ()
    """What its guards read of other rows, fetched at once where all of them are asked."""
    withheld: ClassVar[Q | None] = None
    """Cases of the kind that the company they are about does not see yet."""

    kind = models.CharField(max_length=20, editable=False)
    number = models.CharField("ärendenummer", max_length=20, unique=True, null=True)
    """Gap-free per kind and year; a draft has none yet."""
    registry_no = models.CharField("diarienummer", max_length=30, blank=True)
    title = models.CharField(max_length=200, db_collation=SWEDISH)
    state = FSMField(default=DRAFT, protected=True, max_length=30, db_index=True)
    state_since = models.DateTimeField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cases")
    provider = models.ForeignKey(
        Provider, null=True, on_delete=models.PROTECT, related_name="cases"
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="responsible_for",
        verbose_name="handläggare",
    )
    opened_at = models.DateTimeField()
    closed_on = models.DateField(null=True)

    objects = CaseQuerySet.as_manager()

    next_deadline: Deadline | None
    """The deadline that comes first; `cases.filters` puts it there."""
    awaits: "list[Awaited]"
    """What it waits for; `cases.awaiting` puts it there."""

    class Meta:
        indexes = [
            models.Index(fields=["kind", "state"], name="case_by_kind_and_state"),
            models.Index(
                fields=["unit", "kind", "state"],
                condition=Q(closed_on=None),
                name="open_case_by_unit",
            ),
            models.Index(
                fields=["responsible"], condition=Q(closed_on=None), name="open_by_person"
            ),
        ]

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.case_kind:
            Case.kinds[cls.case_kind] = cls

    def __str__(self) -> str:
        return self.number or f"Utkast {self.pk}"

    def refresh_from_db(self, using=None, fields=None, from_queryset=None):
        """Read again. The state's protection belongs to the shared field and is never lifted: the
        instance forgets its state instead, as the library's own mixin is unsafe among threads."""
        fields = [f.attname for f in self._meta.concrete_fields] if fields is None else fields
        self.__dict__.pop("conflicted", None)
        if "state" in fields:
            self.__dict__.pop("state", None)
        super().refresh_from_db(using, fields, from_queryset)

    @property
    def chain(self) -> str:
        """The name of the case's chain in the event log."""
        return f"case:{self.pk}"

    @property
    def kind_of_object(self) -> str:
        return Case._meta.label_lower

    @property
    def unit_path(self) -> str:
        return self.unit.path

    @property
    def kind_label(self) -> str:
        """What kind of case it is, in Swedish."""
        return self.kinds[self.kind].case_label

    @property
    def state_label(self) -> str:
        """The state in Swedish, as the process names it."""
        return str(self.kinds[self.kind].State(self.state).label)  # type: ignore[attr-defined]

    @property
    def company(self) -> Provider:
        """The provider that it is about, of a kind that always is about one."""
        assert self.provider, f"{self} is about no provider"
        return self.provider

    def concrete(self) -> "Case":
        """This case as its own kind."""
        return self.kinds[self.kind].from_case(self)

    @classmethod
    def from_case(cls, case: "Case") -> Self:
        """A case of this kind, known to be one, as its own kind."""
        return case if isinstance(case, cls) else cls.whole().get(pk=case.pk)

    def as_any(self) -> "Case":
        """This case as a case of whatever kind."""
        return getattr(self, "case_ptr", self)

    @classmethod
    def whole(cls) -> CaseQuerySet:
        """The cases of a kind with the rows that nearly everything done with one reads."""
        return cls.objects.select_related("unit", "responsible", "provider", *cls.joined)

    def locked(self) -> "Case":
        """This case as its own kind and as it stands now, held until the transaction ends."""
        subclass = self.kinds[self.kind]
        return subclass.whole().select_for_update(of=("self", "case_ptr")).get(pk=self.pk)

    def is_read_in_its_unit(self, actor: Actor) -> bool:
        """Whether a role in the case's unit lets the person read it: `visible_to` of one case, as far
        as that needs no question."""
        held = actor.holding(self.kinds[self.kind].reader_roles, self.unit.path)
        return held is not None and self.state != self.DRAFT

    def files_asked_for(self, day: date) -> list[tuple[str, str]]:
        """Codes and names of the files that the kind demands on `day`."""
        return []

    @cached_property
    def conflicted(self) -> frozenset[int]:
        """Ids of those who have a conflict of interest in the case, as read once."""
        return frozenset(self.conflicts.values_list("user_id", flat=True))


class CaseNumber(models.Model):
    """The last number given, per kind and year."""

    prefix = models.CharField(max_length=10)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["prefix", "year"], name="one_counter_per_kind_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}-{self.last:04d}"

    @classmethod
    def take(cls, prefix: str, year: int) -> str:
        """The next number, in the caller's transaction: rolled back with it, so no gap is left."""
        cls.objects.get_or_create(prefix=prefix, year=year)
        row = cls.objects.select_for_update().get(prefix=prefix, year=year)
        row.last = row.last + 1
        row.save(update_fields=["last"])
        return str(row)


class CaseUserObjectPermission(UserObjectPermissionBase):
    """A case given to a person by name (guardian, direct key)."""

    content_object = models.ForeignKey(Case, on_delete=models.CASCADE)


class ConflictOfInterest(models.Model):
    """A person's declared conflict of interest (jäv) in a case: they may do nothing more in it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="conflicts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("skäl", max_length=200)
    declared_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="one_declared_conflict_per_case")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.reason}"


class SavedFilter(models.Model):
    """A worklist's filter that a person keeps under a name."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField("namn", max_length=60, db_collation=SWEDISH)
    query = models.CharField(max_length=400)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="one_filter_per_name_and_person")
        ]

    def __str__(self) -> str:
        return self.name


class Setting(Subject):
    """A choice of the municipality; see `cases.preferences` for what there is to choose."""

    called = "Inställningen"

    key = models.SlugField(max_length=60, primary_key=True)
    value = models.JSONField()

    def __str__(self) -> str:
        return f"{self.key} = {self.value}"

    @property
    def chain(self) -> str:
        """All choices have one."""
        return "preferences"

    def locked(self) -> Self:
        """What has never been chosen has no row, and is held by nobody."""
        return type(self).objects.select_for_update().filter(pk=self.pk).first() or self
