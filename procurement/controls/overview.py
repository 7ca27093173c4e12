"""What the overview shows of yearly controls."""

from django.db.models import Q

from cases.process import Column, Waiting
from organisation.roles import Role
from procurement.controls.commands import ReviewItem
from procurement.controls.models import ControlItem, YearlyControl

State = YearlyControl.State
KIND = YearlyControl.case_kind

COLUMNS = (
    Column(
        "Årliga kontroller", KIND,
        {State.OPEN: "Kontrollera, eller begär in", State.REQUESTED: "Utföraren lämnar handlingar"},
        band="Avtal och uppföljning",
    ),
)  # fmt: skip
WAITING = (
    Waiting(
        {Role.CONTROLLER},
        lambda user: Q(
            state=State.REQUESTED,
            pk__in=ControlItem.objects.filter(
                kind=ControlItem.Kind.ANNUAL_ACCOUNTS, received_on__isnull=False
            ).exclude(reviews__by_controller=True).values("control_id"),
        ),
        "har en årsredovisning att granska.", "Granska", ReviewItem.command_name(),
    ),
)  # fmt: skip
