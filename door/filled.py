"""Commands whose fields are those of a form of a row: said once, in the row's model. CAP-05, CAP-08."""

from datetime import date, time
from typing import Any, ClassVar, TypeVar

from django import forms
from django.forms.models import construct_instance

from audit.act import Act
from door.command import Command, Kept
from door.models import Subject

S = TypeVar("S", bound=Subject)
Values = dict[str, Any]


class Filled(Command[S]):
    """A command that is stated by a form, valid when the command is made.

    A subclass says which form: `filled: WishForm`. Its page is `organisation.pages.changing.do_page`.
    """

    done: ClassVar[str] = ""
    """What the person is told when it has been done; see `receipt`."""

    filled: forms.BaseForm

    def stated(self) -> Kept:
        return told(self.filled)

    def receipt(self, subject: S, values: Kept) -> str:
        """What the person is told, of the subject as it became and what the event keeps."""
        return self.done or f"”{self.label}” är gjort."


class ChangeRow(Filled[S]):
    """The subject itself is changed to what its form says."""

    filled: "forms.ModelForm[Any]"

    def apply(self, subject: S, act: Act) -> Kept | None:
        """Save what the form says."""
        construct_instance(self.filled, subject, self.filled._meta.fields)
        subject.save()
        return None


class AddRow(Filled[S]):
    """The subject itself is new, and is what its form says."""

    filled: "forms.ModelForm[Any]"

    def apply(self, subject: S, act: Act) -> Kept | None:
        """Save it."""
        self.filled.save()
        return None


def told(form: forms.BaseForm) -> Values:
    """What a form says, as the log keeps it: field -> [before, after]; of what is new, before is nothing."""
    is_new = not isinstance(form, forms.BaseModelForm) or form.instance.pk is None
    return stated(form) if is_new else differences(form)


def stated(form: forms.BaseForm) -> Values:
    """What a form for something new says: field -> [nothing, value]."""
    return {
        name: [None, plain(value)]
        for name, value in form.cleaned_data.items()
        if value not in (None, "")
    }


def differences(form: forms.BaseForm) -> Values:
    """What a form changes: field -> [before, after]."""
    return {
        name: [plain(form.initial.get(name)), plain(form.cleaned_data[name])]
        for name in form.changed_data
    }


def plain(value: Any) -> Any:
    """A value as people read it in the log: rows by the name they had, 2026-11-24, 14:00."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return value if isinstance(value, (int, bool, type(None))) else str(value)
