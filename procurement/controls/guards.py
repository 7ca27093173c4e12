"""What a yearly control lacks before it is finished. `perform`, the flow and the page ask here."""

from datetime import date

from door.refusals import Missing
from organisation.authority import holders
from organisation.roles import Role
from procurement.controls.models import ControlItem, YearlyControl

Kind = ControlItem.Kind


def received(control: YearlyControl, day: date) -> list[Missing]:
    """The reports that the provider leaves; the other controls need nothing of it."""
    if control.about != YearlyControl.About.REPORTS:
        return []
    waiting = control.items.filter(received_on=None)
    if not control.requested_on:
        return [Missing(f"{item} från utföraren", "", "request_reports") for item in waiting]
    return [
        Missing(f"{item} från utföraren", "", "send_report", str(item.pk), by_company=True)
        for item in waiting
    ]


def reviews(control: YearlyControl, day: date) -> list[Missing]:
    """A review of every item, and the controller's of the annual accounts (FUP-02)."""
    gaps = received(control, day)
    for item in control.items.prefetch_related("reviews"):
        found = list(item.reviews.all())
        if not found:
            gaps.append(Missing(f"Granskning: {item}", "", "review_item", str(item.pk)))
        elif item.kind == Kind.ANNUAL_ACCOUNTS and not any(row.by_controller for row in found):
            what = "Controllerns granskning av årsredovisningen"
            controllers = holders(Role.CONTROLLER, control.unit.path, day)
            people = tuple(user.pk for user in controllers)
            gaps.append(Missing(what, "", "review_item", str(item.pk), people))
    return gaps


def finished(control: YearlyControl, day: date) -> list[Missing]:
    """That it is ended."""
    return [] if control.closed_on else [Missing("Avslut", command="finish_control")]
