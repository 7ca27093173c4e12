"""The verbs of an in-depth follow-up: decided, planned, consulted about, begun, closed. ESC-01, 02."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms

from cases import documents, flows, ledger, messages
from cases.actions import not_in_future, official_note
from cases.commands import Act, Command, CommandForm, Missing, Refused, give_number, open_case
from cases.dates import long_date
from organisation.authority import holders
from organisation.models import RoleAssignment, User
from organisation.roles import Role
from procurement.areas import FollowUpArea
from procurement.contracts.models import Contract
from procurement.escalations import guards, rules
from procurement.escalations.commands.shared import (
    LEADERS,
    NO_PERSONS,
    STAFF,
    let_see,
    tell_company,
    written,
)
from procurement.escalations.models import AreaResponsible, Deviation, InDepthFollowUp
from procurement.followups.models import FollowUp
from procurement.followups.rules import NOT_MET

State = InDepthFollowUp.State
TAKING_PART = STAFF | {
    Role.CONTROLLER, Role.CHIEF_NURSE, Role.RESPONSIBLE_NURSE, Role.MAR, Role.SOCIAL_WORKER,
}  # fmt: skip
"""Who may be responsible for a part."""


def begin_in_depth(
    contract: Contract, act: Act, *, area: str, reason: str,
    deviations: Iterable[Deviation] = (), after: FollowUp | None = None,
) -> InDepthFollowUp:  # fmt: skip
    """A new in-depth follow-up that is to be planned, in the caller's command (ESC-01)."""
    case = InDepthFollowUp(
        state=State.PLANNING, title=contract.title, provider=contract.provider,
        unit=contract.unit, responsible=contract.responsible, agreement=contract, area=area,
        reason=reason, decided_by=act.user, after=after,
    )  # fmt: skip
    open_case(case, act, name="begin_in_depth")
    give_number(case, act.day)
    case.save()
    case.deviations.set(deviations)
    ledger.start(case, rules.IN_DEPTH, act.day, anchor_text="fördjupad uppföljning beslutades")
    flows.start(case)
    people = holders(Role.DEVELOPMENT_STRATEGIST, case.unit.path, act.day)
    told = [case.responsible] if case.responsible else people
    messages.notify(told, case, f"{case}: fördjupad uppföljning beslutad, planera den", act.at)
    return case


def refuse_double(contract: Contract, area: str) -> None:
    """Raise Refused when an in-depth follow-up of the contract's area is under way."""
    found = contract.in_depth_follow_ups.filter(area=area, closed_on=None).first()
    if found:
        raise Refused(
            f"{found} om {FollowUpArea(area).label.lower()} pågår redan hos utföraren. Knyt "
            "avvikelsen till den, med ”Knyt avvikelse hit” på den sidan."
        )


class AfterForm(CommandForm):
    area = forms.ChoiceField(label="Område", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Skäl", widget=forms.Textarea, max_length=5000, help_text=NO_PERSONS
    )

    def prepare(self) -> None:
        self.fields["area"].choices = [
            (area, FollowUpArea(area).label) for area in areas_not_met(self.case)
        ]


def areas_not_met(follow_up: FollowUp) -> list[str]:
    """The areas in which a follow-up found shortcomings."""
    found = follow_up.questions.filter(finding__in=NOT_MET).values_list("area", flat=True)
    return list(dict.fromkeys(found))


class DecideInDepthAfterFollowUp(Command):
    """A follow-up found something that has to be looked into, in one of its areas (ESC-01)."""

    label: ClassVar[str] = "Besluta om fördjupad uppföljning"
    roles = LEADERS
    on_closed = True
    form = AfterForm
    area: str
    reason: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return (
            case.agreement is not None
            and case.agreement.state == Contract.State.IN_FORCE
            and case.state in (FollowUp.State.HELD, FollowUp.State.DOCUMENTED)
            and bool(areas_not_met(case))
        )

    def check(self, case: Any, act: Act) -> None:
        written(self.reason, "Skriv skälen för en fördjupad uppföljning.")
        if self.area not in areas_not_met(case):
            raise Refused("Uppföljningen visade ingen brist i det området. Välj ett annat.")
        refuse_double(case.agreement, self.area)

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        found = begin_in_depth(
            case.agreement, act, area=self.area, reason=self.reason, after=case
        )  # fmt: skip
        official_note(case, act, f"Fördjupad uppföljning beslutad: {found}.")
        return {"in_depth": found.number}

    def stated(self) -> dict[str, Any]:
        return {"area": self.area}


class PlanForm(CommandForm):
    area = forms.ChoiceField(label="Område", choices=rules.AREA_CHOICES, required=False)
    method = forms.CharField(
        label="Hur uppföljningen går till", widget=forms.Textarea, max_length=10000,
        required=False, help_text="Till exempel vilka besök, samtal och granskningar som görs.",
    )  # fmt: skip
    communication_plan = forms.CharField(
        label="Kommunikationsplan", widget=forms.Textarea, max_length=10000, required=False,
        help_text="Vem som får veta vad, när och av vem: utföraren, nämnden, enskilda, medier.",
    )  # fmt: skip

    def prepare(self) -> None:
        for name in ("method", "communication_plan"):
            self.fields[name].initial = getattr(self.case, name)
        if self.case.area:
            del self.fields["area"]


class WritePlan(Command):
    """How it is done and how it is told. What has been written so far is kept (ESC-02)."""

    label: ClassVar[str] = "Skriv plan"
    roles = STAFF
    form = PlanForm
    help = "Du kan spara och fortsätta senare. Uppföljningen kan inte starta förrän allt finns."
    method: str = ""
    communication_plan: str = ""
    area: str = ""

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.PLANNING

    def check(self, case: Any, act: Act) -> None:
        if case.area and self.area not in ("", case.area):
            raise Refused(
                f"Beslutet gäller {case.get_area_display().lower()}. Ett annat område behöver "
                "ett nytt beslut."
            )

    def apply(self, case: Any, act: Act) -> None:
        case.area = case.area or self.area
        case.method, case.communication_plan = self.method.strip(), self.communication_plan.strip()
        case.planned_on = act.day

    def stated(self) -> dict[str, Any]:
        return {}


class PartForm(CommandForm):
    part = forms.CharField(
        label="Del", max_length=160, help_text="Till exempel: granskning av genomförandeplaner."
    )
    person = forms.ModelChoiceField(None, label="Ansvarig")

    def prepare(self) -> None:
        people = RoleAssignment.objects.on(self.day).filter(role__in=TAKING_PART)
        self.fields["person"].queryset = User.objects.filter(
            is_active=True, pk__in=people.values("user_id")
        ).order_by("name")


class NameAreaResponsible(Command):
    """Somebody is responsible for a part, is told, and sees the case (ESC-02)."""

    label: ClassVar[str] = "Utse ansvarig för en del"
    roles = STAFF
    form = PartForm
    part: str
    person: User

    def check(self, case: Any, act: Act) -> None:
        written(self.part, "Skriv vilken del det gäller.")
        if case.responsible_people.filter(part=self.part, person=self.person).exists():
            raise Refused(f"{self.person} ansvarar redan för den delen.")

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        row = AreaResponsible.objects.create(
            in_depth=case, part=self.part, person=self.person, **act.stamp
        )
        let_see(case, self.person, act.day)
        text = f"{case}: du ansvarar för {self.part}"
        messages.notify([self.person], case, text[:240], act.at)
        return {"responsible": row.pk}


class ConsultationForm(CommandForm):
    held_on = forms.DateField(label="Samråd hölls")
    who = forms.CharField(
        label="Från Omsorg SoL", max_length=240, help_text="Namn och befattning."
    )  # fmt: skip
    text = forms.CharField(
        label="Vad samrådet gav", widget=forms.Textarea, max_length=10000, help_text=NO_PERSONS
    )

    def prepare(self) -> None:
        self.fields["held_on"].initial = self.day


class RecordConsultation(Command):
    """The plan has been set up in close consultation with Omsorg SoL (ESC-02)."""

    label: ClassVar[str] = "Registrera samråd med Omsorg SoL"
    roles = STAFF
    form = ConsultationForm
    held_on: date
    who: str
    text: str

    @classmethod
    def fits(cls, case: Any) -> bool:
        return case.state == State.PLANNING

    def check(self, case: Any, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Samrådet")
        written(self.who, "Skriv vem från Omsorg SoL som deltog.")
        written(self.text, "Skriv vad samrådet gav.")

    def apply(self, case: Any, act: Act) -> None:
        case.consulted_on, case.consulted_with = self.held_on, self.who
        case.consultation = self.text
        official_note(case, act, f"Samråd med Omsorg SoL {long_date(self.held_on)}: {self.who}.")

    def stated(self) -> dict[str, Any]:
        return {"held_on": str(self.held_on)}


class StartInDepth(Command):
    """Everything that it needs is there, and it begins; the provider is told (ESC-02)."""

    label: ClassVar[str] = "Starta fördjupad uppföljning"
    roles = STAFF
    transition = "start"
    primary = True

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.starting(case, day)

    def apply(self, case: Any, act: Act) -> None:
        case.start(on=act.day)
        area = case.get_area_display().lower()
        official_note(case, act, f"Fördjupad uppföljning av {area} har börjat.")
        case.save()  # the company sees it from now on
        tell_company(case, act, f"{case}: en fördjupad uppföljning av {area} har börjat")


class ConnectForm(CommandForm):
    deviation = forms.ModelChoiceField(None, label="Avvikelse")

    def prepare(self) -> None:
        self.fields["deviation"].queryset = _other_deviations(self.case)


def _other_deviations(case: InDepthFollowUp) -> Any:
    linked = case.deviations.values("pk")
    return Deviation.objects.filter(agreement=case.agreement_id).exclude(pk__in=linked)


class ConnectDeviation(Command):
    """Another deviation of the provider's belongs to what is looked into (CAP-10)."""

    label: ClassVar[str] = "Knyt avvikelse hit"
    roles = STAFF
    form = ConnectForm
    deviation: Deviation

    @classmethod
    def fits(cls, case: Any) -> bool:
        return super().fits(case) and _other_deviations(case).exists()

    def check(self, case: Any, act: Act) -> None:
        if self.deviation.agreement_id != case.agreement_id:
            raise Refused(f"{self.deviation} gäller ett annat avtal. Välj en av utförarens egna.")

    def apply(self, case: Any, act: Act) -> None:
        case.deviations.add(self.deviation)


class MakeChainDocument(Command):
    """Everything from deviation to end in order of time, as one locked document (CAP-10)."""

    label: ClassVar[str] = "Gör sammanställning av kedjan"
    roles = STAFF
    on_closed = True

    def apply(self, case: Any, act: Act) -> Mapping[str, Any]:
        document = documents.make(case, "chain", act.user, act.at, lock=True)
        official_note(case, act, f"Sammanställning av {case} gjord.", document)
        return {"document": document.pk}


class CloseForm(CommandForm):
    outcome = forms.CharField(
        label="Utfall", widget=forms.Textarea, max_length=5000,
        help_text=f"Vad uppföljningen visade och vad den ledde till. {NO_PERSONS}",
    )  # fmt: skip


class CloseInDepth(Command):
    """What came of it. Not while a proposal waits for decision, or a plan to be carried out."""

    label: ClassVar[str] = "Avsluta fördjupad uppföljning"
    roles = STAFF
    transition = "close"
    primary = True
    form = CloseForm
    outcome: str

    @classmethod
    def missing(cls, case: Any, day: date) -> list[Missing]:
        return guards.ending(case, day)

    def check(self, case: Any, act: Act) -> None:
        written(self.outcome, "Skriv vad uppföljningen visade.")

    def apply(self, case: Any, act: Act) -> None:
        case.outcome = self.outcome
        case.close(on=act.day)
        ledger.meet(case, rules.IN_DEPTH.code, act.day, "Avslutad")
        ledger.cancel(case, act.day)
        official_note(case, act, f"Fördjupad uppföljning avslutad. {self.outcome}")
        tell_company(case, act, f"{case}: den fördjupade uppföljningen är avslutad")

    def stated(self) -> dict[str, Any]:
        return {}


BEFORE = (WritePlan, NameAreaResponsible, RecordConsultation, StartInDepth)
AFTER = (ConnectDeviation, MakeChainDocument, CloseInDepth)
