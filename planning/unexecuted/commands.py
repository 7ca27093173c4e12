"""What is done with a client who wants a granted service to wait. CAP-17, UNX-02, SoL 34."""

from audit.act import Act
from clients import editing
from clients.editing import ORDERERS
from clients.models import Client, ServiceOrder
from door.command import Kept
from door.filled import Filled
from door.refusals import Refused
from planning.models import Postponement
from planning.unexecuted.forms import PostponeForm, ResumeForm


class PostponeOrder(Filled[Client]):
    """The person's own wish to wait."""

    label, roles = "Personen vill vänta", ORDERERS
    order: ServiceOrder
    filled: PostponeForm

    def stated(self) -> Kept:
        return {"order": str(self.order), **editing.changes(self.filled)}

    def check(self, client: Client, act: Act) -> None:
        if self.order.postponements.filter(last=None).exists():
            raise Refused("Personen vill redan vänta. Avsluta den väntan först.")

    def apply(self, client: Client, act: Act) -> None:
        row = self.filled.save(commit=False)
        for name, value in act.stamp.items():
            setattr(row, name, value)
        row.save()

    def receipt(self, client: Client, values: Kept) -> str:
        return (
            f"Antecknat: {self.order.service} väntar på personens egen önskan. Önskan är skälet, och "
            "beslutet rapporteras ändå efter tre månader."
        )


class ResumeOrder(Filled[Client]):
    """The person no longer wants to wait. The three months have run all the time (UNX-02)."""

    label, roles = "Personen vill inte vänta längre", ORDERERS
    done = "Antecknat: personen vill inte vänta längre. De tre månaderna räknas som förut."
    wish: Postponement
    filled: ResumeForm

    def stated(self) -> Kept:
        return {"order": str(self.wish.order), "last": str(self.filled.cleaned_data["last"])}

    def apply(self, client: Client, act: Act) -> None:
        self.wish.last = self.filled.cleaned_data["last"]
        self.wish.save(update_fields=["last"])
