"""The committee: meetings, agenda, members and their conflicts of interest. CAP-09."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.case import Case
from door.models import Subject
from organisation.models import InPeriod
from organisation.swedish import SWEDISH


class CommitteeMember(InPeriod, Subject):
    """A member of the committee in a period; needs no login."""

    called = "Uppdraget"

    name = models.CharField("namn", max_length=120, db_collation=SWEDISH)
    seat = models.CharField("uppdrag", max_length=60, default="Ledamot")

    class Meta(InPeriod.Meta):
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def chain(self) -> str:
        """All members have one."""
        return "committee"


class CommitteeMeeting(Subject):
    """A meeting, with the last day for documents (manusstopp)."""

    called = "Sammanträdet"

    held_on = models.DateField("sammanträdesdag", unique=True)
    documents_due = models.DateField("manusstopp")
    place = models.CharField("plats", max_length=120, blank=True)
    minutes_adjusted_on = models.DateField("protokollet justerat", null=True, blank=True)
    packet_frozen_at = models.DateTimeField(null=True)
    """When the packet was frozen; what is put on the agenda after that is marked late."""

    class Meta:
        ordering = ["held_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(documents_due__lt=F("held_on")),
                name="documents_are_due_before_the_meeting",
                violation_error_message="Manusstopp måste vara före sammanträdet.",
            ),
            models.CheckConstraint(
                condition=Q(minutes_adjusted_on=None) | Q(minutes_adjusted_on__gte=F("held_on")),
                name="minutes_are_adjusted_after_the_meeting",
                violation_error_message="Protokollet kan inte justeras före sammanträdet.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on}"

    @property
    def chain(self) -> str:
        return f"meeting:{self.pk}"

    def locked(self) -> Self:
        """With the cases on its agenda, held before the meeting as when one of them is acted on: no
        document is revised while the packet is frozen, and neither waits for the other for ever."""
        standing = self.items.filter(withdrawn_on=None) if self.pk else AgendaItem.objects.none()
        cases = Case.objects.filter(pk__in=standing.values("case")).order_by("pk")
        list(cases.select_for_update(of=("self",)))
        return super().locked()


class AgendaItem(models.Model):
    """A line of the agenda: a case with its document, or a matter in words."""

    meeting = models.ForeignKey(CommitteeMeeting, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField()
    title = models.CharField("rubrik", max_length=200, db_collation=SWEDISH)
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="agenda_items"
    )
    document = models.ForeignKey(
        "cases.Document", null=True, on_delete=models.PROTECT, related_name="+"
    )
    """The version that goes to the members, frozen with the packet."""
    added_at = models.DateTimeField()
    is_late = models.BooleanField(default=False)
    withdrawn_on = models.DateField(null=True)
    decided_on = models.DateField(null=True)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(withdrawn_on=None, decided_on=None),
                name="a_case_stands_on_one_agenda_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return self.title


class MemberConflict(models.Model):
    """A member who did not take part in an item because of a conflict of interest (jäv)."""

    item = models.ForeignKey(AgendaItem, on_delete=models.PROTECT, related_name="conflicts")
    member = models.ForeignKey(CommitteeMember, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("skäl", max_length=200)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "member"], name="one_conflict_per_member_and_item"
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.reason}"
