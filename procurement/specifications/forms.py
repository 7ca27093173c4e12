"""Forms of the call document."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import slugify

from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    SpecificationSection,
    SpecificationVersion,
)

NUMBER = RegexValidator(r"^\d+(\.\d+)*$", "Skriv siffror med punkt emellan, till exempel 4.2.")


class SectionForm(forms.ModelForm):
    """A section; its number decides where it stands."""

    number = forms.CharField(
        label="Avsnitt",
        max_length=10,
        validators=[NUMBER],
        help_text="Till exempel 4.2. Avsnittet placeras efter sitt nummer.",
    )

    class Meta:
        model = SpecificationSection
        fields = ("number", "heading", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 14})}

    def clean_number(self) -> str:
        number = self.cleaned_data["number"]
        taken = self.instance.specification.sections.exclude(pk=self.instance.pk)
        if taken.filter(number=number).exists():
            raise ValidationError(f"Avsnitt {number} finns redan. Välj ett annat nummer.")
        return number


class AttachmentForm(forms.ModelForm):
    """A row of the checklist. Its code comes from its first name and then never changes."""

    class Meta:
        model = RequiredAttachment
        fields = (
            "name", "description", "max_age_months", "needs_expiry", "shown_only", "optional_note",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("shown_only") and (data.get("max_age_months") or data.get("needs_expiry")):
            self.add_error(
                "shown_only",
                "En handling som bara visas upp lämnas inte in och kan inte prövas "
                "mot datum. Ta bort kravet på ålder och giltighet.",
            )
        if not self.instance.code and data.get("name"):
            self.instance.code = self._new_code(data["name"])
        return data

    def _new_code(self, name: str) -> str:
        code = slugify(name)[:36] or "bilaga"
        taken = set(self.instance.specification.required_attachments.values_list("code", flat=True))
        candidates = (code, *(f"{code}-{n}" for n in range(2, 100)))
        return next(candidate for candidate in candidates if candidate not in taken)


class RemedyForm(forms.ModelForm):
    """A remedy with its clause; only what stands here can be chosen later (ESC-04)."""

    clause = forms.CharField(
        label="Avsnitt", max_length=20, validators=[NUMBER], help_text="Till exempel 5.26.1.2"
    )

    class Meta:
        model = Remedy
        fields = ("step", "clause", "text")
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}

    def clean_clause(self) -> str:
        clause = self.cleaned_data["clause"]
        taken = self.instance.specification.remedies.exclude(pk=self.instance.pk)
        if taken.filter(clause=clause).exists():
            raise ValidationError(f"Avsnitt {clause} har redan en åtgärd. Välj ett annat nummer.")
        return clause


ROW_FORMS = {"avsnitt": SectionForm, "bilaga": AttachmentForm, "atgard": RemedyForm}


class TermsForm(forms.ModelForm):
    """What the version says about itself."""

    decision_weeks = forms.IntegerField(
        label="Beslut inom (veckor)",
        min_value=1,
        max_value=52,
        help_text="Den tid inom vilken beslut fattas, räknat från ansökan (LOV 4 kap. 4 §).",
    )

    class Meta:
        model = SpecificationVersion
        fields = ("decision_weeks", "change_note")
        help_texts = {"change_note": "En mening som visas för företagen."}


class PublishForm(forms.Form):
    """The day from which the version holds."""

    valid_from = forms.DateField(
        label="Gäller från",
        help_text="Ansökningar som kommer in från och med den dagen prövas mot versionen.",
        error_messages={"invalid": "Dagen finns inte. Skriv till exempel 2026-11-24."},
    )
