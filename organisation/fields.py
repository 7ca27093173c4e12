"""Fields and forms of what an organisation is: its number, and where it is. DAY-04."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from organisation import places
from organisation.identity import parse_organisation_number


class OrganisationNumberField(forms.CharField):
    """Ten digits, validated."""

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return ""
        try:
            return parse_organisation_number(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class PlaceForm(forms.ModelForm):
    """A form with `latitude` and `longitude`. What cannot be is refused; what is odd is asked about,
    with a box to tick in the same form, so that nothing written is lost."""

    def near(self, data: dict[str, Any]) -> places.Point | None:
        """A place that this one should lie near, if there is one."""
        return None

    def clean(self) -> dict[str, Any]:
        """Swapped coordinates are offered the other way round; a place far away is asked about."""
        data = super().clean() or {}
        latitude, longitude = data.get("latitude"), data.get("longitude")
        if latitude is None or longitude is None:
            return data
        if places.swapped(latitude, longitude):
            if not self._answered(data, "swap_places", "Byt plats på latitud och longitud"):
                self.add_error("latitude", places.swapped_text(latitude, longitude))
                return data
            latitude, longitude = longitude, latitude
            data |= {"latitude": latitude, "longitude": longitude}
        elif not places.in_sweden(latitude, longitude):
            self.add_error("latitude", places.OUTSIDE)
            return data
        far = places.far_text(places.Point(latitude, longitude), self.near(data))
        if far and not self._answered(data, "is_far", "Platsen stämmer, spara den ändå"):
            self.add_error("latitude", far)
        return data

    def _answered(self, data: dict[str, Any], name: str, label: str) -> bool:
        """Whether the box was ticked; it stands below the coordinates from now on."""
        self.fields[name] = forms.BooleanField(label=label, required=False)
        names = [each for each in self.fields if each != name]
        names.insert(names.index("longitude") + 1, name)
        self.order_fields(names)
        data[name] = self.add_prefix(name) in self.data
        return data[name]
