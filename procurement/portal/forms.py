"""Forms of the portal's own pages; those of commands stand beside their command."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from organisation.fields import OrganisationNumberField
from organisation.models import Representation, User


class RegistrationForm(forms.Form):
    """A company and the person who represents it."""

    company = forms.CharField(label="Företagets namn", max_length=160)
    organisation_number = OrganisationNumberField(
        label="Organisationsnummer",
        help_text="NNNNNN-NNNN. För enskild firma: ägarens personnummer.",
        max_length=13,
    )
    address = forms.CharField(label="Postadress", max_length=200)
    phone = forms.CharField(label="Telefon", max_length=40)
    name = forms.CharField(label="Ditt namn", max_length=120)
    mail = forms.EmailField(label="Din e-postadress", help_text="Du loggar in med den.")
    title = forms.CharField(label="Befattning", max_length=80)
    basis = forms.ChoiceField(
        label="Din behörighet att företräda företaget",
        choices=Representation.Basis.choices,
        widget=forms.RadioSelect,
        help_text="Kommunen kontrollerar behörigheten mot registreringsbevis eller fullmakt.",
    )
    password = forms.CharField(
        label="Lösenord",
        widget=forms.PasswordInput(render_value=False),
        help_text="Minst 12 tecken.",
    )

    def clean(self) -> None:
        stated = self.cleaned_data
        somebody = User(
            username=stated.get("mail", ""),
            email=stated.get("mail", ""),
            name=stated.get("name", ""),
        )
        try:
            validate_password(stated.get("password", ""), somebody)
        except ValidationError as error:
            if "password" in stated:
                self.add_error("password", error)
