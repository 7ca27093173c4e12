"""Sjövik's home care to be planned: clients, staff and two weeks of visits that nobody does yet."""

from datetime import date

from cases import calendar
from config.demo import clients, staff
from config.demo.people import HOME_CARE
from config.demo.timeline import moment
from organisation.models import Provider, Unit, User
from planning.models import Base
from planning.rounds.generation import generate

DAYS = 14
BASES = (
    # (address, latitude, longitude)
    ("Stationsgatan 4, Sjövik", 60.1265, 15.4290),
    ("Hamngatan 11, Sjövik", 60.1160, 15.4395),
    ("Strandvägen 2, Sjövik", 60.1205, 15.4450),
)


def load(units: dict[str, Unit], people: dict[str, User], today: date) -> None:
    """Three units with 300 persons and 80 staff; made once."""
    if Base.objects.exists():
        return
    home_care = [units[name] for name in HOME_CARE]
    for unit, (address, latitude, longitude) in zip(home_care, BASES, strict=True):
        Base.objects.create(unit=unit, address=address, latitude=latitude, longitude=longitude)
    provider_of = {row.unit_id: row for row in Provider.objects.filter(unit__in=home_care)}
    clients.load({unit.name: unit for unit in home_care}, provider_of, people, today)
    carers = staff.load(home_care, today)
    carers[0].user = people["care-staff"]
    carers[0].save()
    at = moment(today, 6, 0)
    for unit in home_care:
        generate(unit, today, calendar.add_days(today, DAYS), at)
