"""What the events that belong to no process are called in Swedish, where the log is read."""

EVENT_NAMES = {
    "make_duties": "Årshjulets uppgifter inlagda",
    "template_drafted": "Utkast till mall påbörjat",
    "template_changed": "Mallen ändrad",
    "template_published": "Mallen publicerad",
    "template_discarded": "Utkastet till mall kastat",
    "version_drafted": "Utkast till förfrågningsunderlag påbörjat",
    "terms_changed": "Tid för beslut och ändringar skrivna",
    "row_added": "Rad tillagd",
    "row_changed": "Rad ändrad",
    "row_removed": "Rad borttagen",
    "row_moved": "Rad flyttad",
    "version_published": "Förfrågningsunderlaget publicerat",
    "draft_discarded": "Utkastet till förfrågningsunderlag borttaget",
}
