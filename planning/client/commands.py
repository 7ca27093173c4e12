"""What is done with what surrounds a client: particulars that visits follow, absences, care contact,
wishes about carers, double staffing. Requirements PLN-02, PLN-06, PLN-09, PLN-20, BEY-03, BEY-04.
"""

from datetime import date
from typing import Any, cast

from django import forms
from django.db import transaction

from audit import clock
from audit.act import Act
from clients.commands import AddRecord
from clients.editing import ORDERERS, PLANNERS, changes
from clients.forms import ClientForm
from clients.models import Client
from door.command import Command, Kept
from door.filled import ChangeRow, Filled, Values
from organisation.ending import end_on
from planning.away.following import follow
from planning.baseplans import drafts
from planning.client.forms import CareContactForm
from planning.models import Absence, Preference
from planning.plan.absences import gone_from, home_again
from planning.publishing import packs
from planning.publishing.tasks import write_pack


class ChangeClient(ChangeRow[Client]):
    """A client's particulars. Visits follow where the person may have them, and in which unit."""

    label, roles = "Ändra uppgifter", ORDERERS
    done = "Uppgifterna är sparade, och besöken följer dem."
    filled: ClientForm

    def stated(self) -> Kept:
        was = self.filled.initial.get("has_protected_identity")
        hidden = was or self.filled.cleaned_data["has_protected_identity"]
        return changes(self.filled, Client(has_protected_identity=hidden))

    def apply(self, client: Client, act: Act) -> None:
        before, was_protected = client.unit, client.has_protected_identity
        super().apply(client, act)
        for unit in {before, client.unit}:
            drafts.regenerate(client, act.day, act, unit)
        follow(client, act)
        if client.has_protected_identity and not was_protected:
            _print_anew(client)


def _print_anew(client: Client) -> None:
    """The printed plans that name somebody who is protected from now on are written again."""
    for plan in packs.written_with(client):
        _write_when_saved(plan)


def _write_when_saved(plan: int) -> None:
    # No partial: Django names what fails of what is robust, and a partial has no name.
    transaction.on_commit(lambda: write_pack.delay(plan), robust=True)


class AddAbsence(AddRecord):
    """A client goes away; the visits go with them."""

    label, roles = "Ny frånvaro", PLANNERS

    def apply(self, client: Client, act: Act) -> Kept:
        super().apply(client, act)
        return _followed(client, self.filled.instance.first, act)

    def receipt(self, client: Client, values: Kept) -> str:
        return _told(self.filled.instance, values)


class ChangeAbsence(Filled[Client]):
    """Home earlier or later than was thought, or the day is known at last."""

    label, roles = "Ändra frånvaro", PLANNERS
    first: date
    """The first day as it was."""
    filled: "forms.ModelForm[Any]"

    def apply(self, client: Client, act: Act) -> Kept:
        row = self.filled.save()
        return _followed(client, min(self.first, row.first), act)

    def receipt(self, client: Client, values: Kept) -> str:
        return _told(self.filled.instance, values)


class CancelAbsence(Command[Client]):
    """An absence that never came to be; it stays in the records."""

    label, roles = "Ta bort frånvaro", PLANNERS
    absence: Absence

    def stated(self) -> Kept:
        return {"absence": [str(self.absence), None]}

    def apply(self, client: Client, act: Act) -> Kept:
        self.absence.cancelled_at = act.at
        self.absence.save(update_fields=["cancelled_at"])
        return _followed(client, self.absence.first, act)


def _followed(client: Client, first: date, act: Act) -> Values:
    return {"visits": drafts.regenerate(client, first, act) + follow(client, act)}


def _told(row: Absence, values: Kept) -> str:
    changed = cast(int, values["visits"])
    return (
        f"Frånvaron gäller från {gone_from(row)}, {home_again(row)}. "
        f"{drafts.in_words(changed)} ändrades."
    )


class ChangeCareContact(AddRecord):
    """The permanent care contact from a day, or why none is needed; the one before ends."""

    label, roles, done = "Fast omsorgskontakt", PLANNERS, "Fast omsorgskontakt är sparad."
    filled: CareContactForm

    def apply(self, client: Client, act: Act) -> None:
        before = clock.day_before(self.filled.cleaned_data["valid_from"])
        for row in client.care_contacts.exclude(valid_to__lte=before):
            end_on(row, before)
        super().apply(client, act)


class AddWish(AddRecord):
    """A carer that the client wants, or does not want."""

    label, roles = "Önskemål om personal", PLANNERS
    done = "Önskemålet är sparat, och vägs in när besöken fördelas."


class RemoveWish(Command[Client]):
    """A wish that does not hold any more."""

    label, roles = "Ta bort önskemål", PLANNERS
    wish: Preference

    def stated(self) -> Kept:
        return {"wish": [str(self.wish), None]}

    def apply(self, client: Client, act: Act) -> None:
        self.wish.delete()


class AddDoubleStaffing(AddRecord):
    """The risk assessment and the manager's decision, with the day it is reviewed."""

    label, roles = "Dubbelbemanning", PLANNERS

    def receipt(self, client: Client, values: Kept) -> str:
        review = self.filled.instance.review_on
        return f"Dubbelbemanningen är dokumenterad. Den omprövas senast {review}."
