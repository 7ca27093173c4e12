"""Forms of the pages on which staff enter companies and applications."""

from django import forms

from organisation.fields import OrganisationNumberField
from organisation.models import Provider
from procurement.applications.models import ProviderApplication

Channel = ProviderApplication.Channel


class CompanyForm(forms.ModelForm):
    """What staff may correct of a company."""

    class Meta:
        model = Provider
        fields = ["name", "address", "mail", "phone"]


class EnterForm(forms.Form):
    """An application on paper or by mail."""

    organisation_number = OrganisationNumberField(label="Organisationsnummer", max_length=13)
    company = forms.CharField(label="Företagets namn", max_length=160)
    address = forms.CharField(label="Postadress", max_length=200)
    mail = forms.EmailField(label="E-post", required=False)
    channel = forms.ChoiceField(
        label="Kom in genom",
        choices=[(c.value, c.label) for c in (Channel.PAPER, Channel.MAIL)],
        widget=forms.RadioSelect,
    )
