"""What the events of those who have home care are called in Swedish, where the log is read."""

EVENT_NAMES = {
    "add_service": "Insats lades till",
    "change_service": "Insats ändrades",
    "add_client": "Brukaren lades upp",
    "read_client": "Läste brukarens uppgifter",
    "replace_identity_number": "Personnumret byttes",
    "add_decision": "Beslut registrerades",
    "change_decision": "Beslut ändrades",
    "end_decision": "Beslut avslutades",
    "add_order": "Beställning lades in",
    "change_order": "Beställning ändrades",
    "end_order": "Beställning avslutades",
    "read_order": "Beställning läst och inplanerad",
}
