"""The services of a new installation; the municipality's own are added beside them. PLN-02."""

from clients.models import Service

K = Service.Kind
SERVICES = (
    # (code, name, kind, handed over at a visit)
    ("morning", "Morgonhjälp", K.PERSONAL_CARE, False),
    ("shower", "Dusch", K.PERSONAL_CARE, False),
    ("dressing", "Av- och påklädning", K.PERSONAL_CARE, False),
    ("toilet", "Toalettbesök", K.PERSONAL_CARE, False),
    ("breakfast", "Frukost", K.PERSONAL_CARE, False),
    ("lunch", "Lunch", K.PERSONAL_CARE, False),
    ("supper", "Kvällsmat", K.PERSONAL_CARE, False),
    ("evening", "Kvällshjälp", K.PERSONAL_CARE, False),
    ("night-round", "Tillsyn natt", K.PERSONAL_CARE, False),
    ("transfer", "Förflyttning", K.PERSONAL_CARE, False),
    ("cleaning", "Städning", K.DOMESTIC, False),
    ("shopping", "Inköp", K.DOMESTIC, False),
    ("laundry", "Tvätt", K.DOMESTIC, True),
    ("pharmacy", "Apoteksärende", K.DOMESTIC, True),
    ("meal-delivery", "Matlåda", K.MEAL_DELIVERY, False),
    ("company", "Social samvaro", K.SOCIAL_COMPANY, False),
    ("walk", "Promenad", K.SOCIAL_COMPANY, False),
    ("escort", "Ledsagning", K.ESCORT, False),
    ("respite", "Avlösning", K.RESPITE, False),
    ("alarm", "Trygghetslarm", K.PERSONAL_ALARM, False),
    ("medicine", "Läkemedel", K.NURSING, False),
    ("insulin", "Insulin", K.NURSING, False),
    ("dressing-wound", "Såromläggning", K.NURSING, False),
    ("stockings", "Stödstrumpor", K.NURSING, False),
    ("laundry-room", "Tvättstuga", K.SURROUNDING, False),
    ("pharmacy-errand", "Hämta på apotek", K.SURROUNDING, False),
    ("car-wash", "Biltvätt", K.SURROUNDING, False),
)
FETCHES = {"laundry-room": "laundry", "pharmacy-errand": "pharmacy"}
"""What each errand brings back to the persons it serves (PLN-07)."""


def load() -> dict[str, Service]:
    """The services by their code, each made once."""
    Service.objects.bulk_create(
        (
            Service(code=code, name=name, kind=kind, hands_over=handed)
            for code, name, kind, handed in SERVICES
        ),
        ignore_conflicts=True,
    )
    return {row.code: row for row in Service.objects.all()}
