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
    "send_mail_again": "Brev skickat igen",
    "change_preference": "Inställning ändrad",
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
