"""What the log of a client says, in Swedish."""

from organisation.pages import history

EVENTS = {
    "add_service": "Insats lades till",
    "change_service": "Insats ändrades",
    "postpone_order": "Personen vill vänta med en insats",
    "resume_order": "Personen vill inte vänta längre",
    "read_unexecuted": "Läste beslut som inte är verkställda",
    "report_unexecuted": "Tog ut rapport om ej verkställda beslut",
    "add_client": "Brukaren lades upp",
    "change_client": "Uppgifter ändrades",
    "read_client": "Läste brukarens uppgifter",
    "read_protected_client": "Öppnade skyddade uppgifter",
    "read_base_plan": "Läste grundplaneringen",
    "export_clients": "Tog ut brukare till Excel",
    "replace_identity_number": "Personnumret byttes",
    "add_decision": "Beslut registrerades",
    "change_decision": "Beslut ändrades",
    "end_decision": "Beslut avslutades",
    "add_order": "Beställning lades in",
    "change_order": "Beställning ändrades",
    "end_order": "Beställning avslutades",
    "read_order": "Beställning läst och inplanerad",
    "add_absence": "Frånvaro lades in",
    "change_absence": "Frånvaro ändrades",
    "cancel_absence": "Frånvaro togs bort",
    "decline_visit": "Besök avböjdes",
    "change_care_contact": "Fast omsorgskontakt ändrades",
    "add_wish": "Önskemål lades till",
    "remove_wish": "Önskemål togs bort",
    "add_double_staffing": "Dubbelbemanning dokumenterades",
    "open_base_plan_draft": "Ändring av grundplaneringen påbörjades",
    "write_base_visit": "Besök i utkastet ändrades",
    "remove_base_visit": "Besök i utkastet togs bort",
    "copy_base_plan_week": "Vecka kopierades",
    "change_base_plan_weeks": "Antal veckor ändrades",
    "discard_base_plan_draft": "Utkast kastades",
    "save_base_plan": "Grundplaneringen sparades",
    "open_day_plan": "Dagplanen öppnades",
    "generate_visits": "Besök gjordes från grundplaneringen",
    "will_move": "Ska planeras i en annan enhet",
    "will_not_move": "Ska inte längre flytta till en annan enhet",
    "move_to_unit": "Planeras i en annan enhet",
    "prepare_unit_move": "Sammanslagning eller delning förbereddes",
    "cancel_unit_move": "Sammanslagning eller delning ångrades",
    "carry_out_unit_move": "Sammanslagning eller delning gjordes",
}
FIELDS = {
    "kind": "Slag", "hands_over": "Lämnas över vid besök", "is_offered": "Går att välja",
    "latitude": "Latitud", "longitude": "Longitud", "swap_places": "Latitud och longitud bytta",
    "is_far": "Platsen bekräftad", "reserve_number": "Reservnummer",
    "reserve_system": "Reservnumret utfärdat av",
    "address": "Adress", "entry": "Väg in", "key_number": "Nyckel", "decision": "Beslut",
    "order": "Beställning", "service": "Insats", "minutes": "Minuter", "times": "Antal gånger",
    "per": "Hur ofta", "legal_basis": "Lagrum", "decided_on": "Beslutat", "decided_by": "Av",
    "reference": "Beslut i Viva", "why": "Varför", "first": "Första dag", "last": "Sista dag",
    "leaves_at": "Borta från klockan", "home_at": "Hemma igen klockan",
    "note": "Anteckning", "carer": "Personal", "wish": "Önskemål", "visit": "Besök",
    "first_day": "Från och med",
    "weeks": "Veckor", "week": "Vecka", "visits": "Antal besök", "absence": "Frånvaro",
    "reason_for_none": "Skäl att ingen behövs", "review_on": "Omprövas",
    "assessed_on": "Riskbedömning", "active_from": "Aktiv från", "active_to": "Aktiv till",
    "is_dormant": "Vilande", "has_protected_identity": "Skyddade uppgifter",
    "identity_number": "Personnummer", "staff_needed": "Personal per gång",
}  # fmt: skip


def register() -> None:
    """Called once when Django is ready."""
    history.EVENT_NAMES.update(EVENTS)
    history.FIELD_NAMES.update({**FIELDS, **history.FIELD_NAMES})
