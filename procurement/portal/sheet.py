"""What a company sends from its case's page in one go: particulars, files, answer. LOV-01, LOV-03."""

from typing import Any

from cases.actions import AddAttachment
from cases.commands import CaseCommand, CaseForm
from door import entry
from door.performing import perform
from door.refusals import Refused
from organisation.request import Request
from procurement.applications.commands.intake import AnswerCompletion, SaveDraft, Submit
from procurement.applications.models import ProviderApplication

State = ProviderApplication.State
TAKES_FILES = {State.DRAFT, State.RECEIVED, State.COMPLETION, State.HANDLING}
"""States in which the page asks for attachments."""


class Sheet:
    """The one form of a company's case. Every command in it goes through `perform`, in order."""

    def __init__(self, request: Request, application: ProviderApplication):
        self.request, self.application = request, application
        self.sent = request.method == "POST"
        self.may_attach = application.state in TAKES_FILES
        self.refusal = ""
        self.saved: list[type[CaseCommand]] = []
        self.particulars = self._form(SaveDraft.form) if application.state == State.DRAFT else None
        completion = application.state == State.COMPLETION
        self.answer = self._form(AnswerCompletion.form) if completion else None
        self.uploads = {code: self._upload(code) for code in self._chosen()}
        """The rows of the checklist that a file was chosen for, or asked to be attached to."""

    def take_in(self) -> bool:
        """Carry out what was sent. False when something has to be mended; the rest is kept."""
        version, key = (
            entry.number(self.request.POST.get("version")),
            self.request.POST.get("key", ""),
        )
        for place, command in enumerate(self._commands()):
            try:
                outcome = perform(
                    self.application,
                    command,
                    self.request.user,
                    expected_version=version,
                    key=f"{key}-{place}" if key else None,
                    at=self.request.at,
                )
            except Refused as refusal:
                self.refusal = str(refusal)
                return False
            version = outcome.subject.version
            self.saved.append(type(command))
        return bool(self.saved) and not self.faulty

    @property
    def said(self) -> str:
        """What has been done, for the person who pressed the button."""
        last = self.saved[-1]
        return {
            SaveDraft: "Utkastet är sparat.",
            Submit: "Ansökan är skickad. Här är ert kvitto.",
            AnswerCompletion: "Kompletteringen är skickad.",
            AddAttachment: "Filen är mottagen.",
        }[last]

    def _commands(self) -> list[CaseCommand]:
        """In the order in which they have to happen; nothing is sent in while a form has faults."""
        asked: list[CaseCommand] = []
        if self.particulars and self.particulars.is_valid():
            asked.append(SaveDraft(**self.particulars.cleaned_data))
        asked += [AddAttachment(**f.cleaned_data) for f in self.uploads.values() if f.is_valid()]
        if "send" in self.request.POST and not self.faulty:
            if self.particulars:
                asked.append(Submit())
            elif self.answer:
                asked.append(AnswerCompletion(**self.answer.cleaned_data))
        return asked

    @property
    def faulty(self) -> bool:
        """Whether something that was sent has to be mended."""
        forms = [self.particulars, self.answer, *self.uploads.values()]
        return self.sent and not all(form.is_valid() for form in forms if form)

    def _form(self, form: type) -> Any:
        return form(
            self.request.POST if self.sent else None,
            row=self.application,
            actor=self.request.actor,
            day=self.request.today,
        )

    def _chosen(self) -> list[str]:
        if not (self.sent and self.may_attach):
            return []
        with_file = [name.removeprefix("file-") for name in self.request.FILES]
        pressed = self.request.POST.get("attach")
        return [*with_file, *([pressed] if pressed and pressed not in with_file else [])]

    def _upload(self, code: str) -> CaseForm:
        data = {
            "requirement": code,
            "issued_on": self.request.POST.get(f"issued-{code}", ""),
            "expires_on": self.request.POST.get(f"expires-{code}", ""),
        }
        form = AddAttachment.form(
            data,
            {"file": self.request.FILES.get(f"file-{code}")},
            row=self.application,
            actor=self.request.actor,
            day=self.request.today,
        )
        form.fields["file"].error_messages["required"] = "Välj en fil."
        return form
