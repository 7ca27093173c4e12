"""What the events of cases are called in Swedish, where the log is read: a command's is its label."""

from cases.process import processes

EVENT_NAMES = {
    "read_case": "Läste ärendet",
    "read_attachment": "Öppnade en bilaga",
    "read_document": "Öppnade ett dokument",
    "read_packet": "Öppnade ett utskick till nämnden",
    "read_company": "Läste om ett företag",
    "register_company": "Företag registrerat",
    "confirm_mail": "E-postadress bekräftad",
    "approve_representation": "Behörighet godkänd",
    "end_representation": "Behörighet avslutad",
    "edit_company": "Företagets uppgifter ändrade",
    "enter_company": "Företag inlagt av förvaltningen",
    "make_calendar_address": "Kalenderadress skapad",
    "remove_calendar_address": "Kalenderadress borttagen",
    "send_again": "Skickat igen",
    "change_preference": "Inställning ändrad",
    "meeting_planned": "Sammanträdet lagt in",
    "meeting_changed": "Sammanträdet ändrat",
    "agenda_item_added": "Ärende uppsatt på föredragningslistan",
    "agenda_item_removed": "Ärende borttaget från föredragningslistan",
    "agenda_item_moved": "Ärende flyttat på föredragningslistan",
    "packet_frozen": "Utskicket låst",
    "minutes_adjusted": "Protokollet justerat",
    "member_added": "Ledamot inlagd",
    "member_ended": "Uppdrag som ledamot avslutat",
    "document_locked": "Dokument låst",
    "deadline_reminder": "Påminnelse om tidsfrist",
    "deadline_due": "Tidsfrist förfaller",
    "deadline_overdue": "Tidsfrist försenad",
    "deadline_escalated": "Försenad tidsfrist eskalerad",
    **{
        command.command_name(): str(command.label)
        for process in processes()
        for command in process.verbs
    },
    **{name: said for process in processes() for name, said in process.events.items()},
}
