"""The verbs of an in-depth follow-up: decided, planned, consulted about, begun, closed. ESC-01, 02."""

from collections.abc import Iterable
from datetime import date

from django import forms
from django.db.models import QuerySet

from audit.act import Act
from cases import documents, flows, ledger, messages
from cases.actions import not_in_future, official_note
from cases.commands import CaseCommand, CaseForm, give_number, open_case
from cases.dates import long_date
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
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
    contract: Contract,
    act: Act,
    *,
    area: str,
    reason: str,
    deviations: Iterable[Deviation] = (),
    after: FollowUp | None = None,
) -> InDepthFollowUp:
    """A new in-depth follow-up that is to be planned, in the caller's command (ESC-01)."""
    case = InDepthFollowUp(
        state=State.PLANNING,
        title=contract.title,
        provider=contract.provider,
        unit=contract.unit,
        responsible=contract.responsible,
        agreement=contract,
        area=area,
        reason=reason,
        decided_by=act.user,
        after=after,
    )
    open_case(case, act, name="begin_in_depth")
    give_number(case, act.day)
    case.save()
    case.deviations.set(deviations)
    ledger.start(case, rules.IN_DEPTH, act.day, anchor_text="fördjupad uppföljning beslutades")
    flows.start(case, act.day)
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


def areas_not_met(follow_up: FollowUp) -> list[str]:
    """The areas in which a follow-up found shortcomings."""
    found = follow_up.questions.filter(finding__in=NOT_MET).values_list("area", flat=True)
    return list(dict.fromkeys(found))


def areas_to_choose(form: CaseForm[FollowUp]) -> list[tuple[str, str]]:
    """Those areas, by name."""
    return [(area, FollowUpArea(area).label) for area in areas_not_met(form.case)]


class DecideInDepthAfterFollowUp(CaseCommand[FollowUp]):
    """A follow-up found something that has to be looked into, in one of its areas (ESC-01)."""

    label = "Besluta om fördjupad uppföljning"
    roles = LEADERS
    on_closed = True
    area: str = asked.choice("Område", areas_to_choose, widget=forms.RadioSelect)
    reason: str = asked.text("Skäl", help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: FollowUp) -> bool:
        return (
            case.agreement is not None
            and case.agreement.state == Contract.State.IN_FORCE
            and case.state in (FollowUp.State.HELD, FollowUp.State.DOCUMENTED)
            and bool(areas_not_met(case))
        )

    def check(self, case: FollowUp, act: Act) -> None:
        assert case.agreement  # see `fits`
        written(self.reason, "Skriv skälen för en fördjupad uppföljning.")
        if self.area not in areas_not_met(case):
            raise Refused("Uppföljningen visade ingen brist i det området. Välj ett annat.")
        refuse_double(case.agreement, self.area)

    def apply(self, case: FollowUp, act: Act) -> Kept:
        assert case.agreement  # see `fits`
        found = begin_in_depth(case.agreement, act, area=self.area, reason=self.reason, after=case)
        official_note(case, act, f"Fördjupad uppföljning beslutad: {found}.")
        return {"in_depth": found.number}


class PlanForm(CaseForm[InDepthFollowUp]):
    """The area is asked for when the decision does not say it."""

    def prepare(self) -> None:
        if self.case.area:
            del self.fields["area"]


class WritePlan(CaseCommand[InDepthFollowUp]):
    """How it is done and how it is told. What has been written so far is kept (ESC-02)."""

    label = "Skriv plan"
    roles = STAFF
    form = PlanForm
    help = "Du kan spara och fortsätta senare. Uppföljningen kan inte starta förrän allt finns."
    area: str = asked.choice("Område", rules.AREA_CHOICES, default="")
    method: str = asked.text(
        "Hur uppföljningen går till",
        max_length=10000,
        default="",
        first=lambda form: form.case.method,
        help_text="Till exempel vilka besök, samtal och granskningar som görs.",
    )
    communication_plan: str = asked.text(
        "Kommunikationsplan",
        max_length=10000,
        default="",
        first=lambda form: form.case.communication_plan,
        help_text="Vem som får veta vad, när och av vem: utföraren, nämnden, enskilda, medier.",
    )

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return case.state == State.PLANNING

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        if case.area and self.area not in ("", case.area):
            raise Refused(
                f"Beslutet gäller {case.get_area_display().lower()}. Ett annat område behöver "
                "ett nytt beslut."
            )

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        case.area = case.area or self.area
        case.method, case.communication_plan = self.method.strip(), self.communication_plan.strip()
        case.planned_on = act.day


def people_taking_part(form: CaseForm[InDepthFollowUp]) -> QuerySet[User]:
    """Those who may be responsible for a part."""
    people = RoleAssignment.objects.on(form.day).filter(role__in=TAKING_PART)
    return User.objects.filter(is_active=True, pk__in=people.values("user_id")).order_by("name")


class NameAreaResponsible(CaseCommand[InDepthFollowUp]):
    """Somebody is responsible for a part, is told, and sees the case (ESC-02)."""

    label = "Utse ansvarig för en del"
    roles = STAFF
    part: str = asked.line(
        "Del",
        max_length=160,
        help_text="Till exempel: granskning av genomförandeplaner.",
        logged=True,
    )
    person: User = asked.one_of("Ansvarig", people_taking_part)

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        written(self.part, "Skriv vilken del det gäller.")
        if case.responsible_people.filter(part=self.part, person=self.person).exists():
            raise Refused(f"{self.person} ansvarar redan för den delen.")

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        row = AreaResponsible.objects.create(
            in_depth=case, part=self.part, person=self.person, **act.stamp
        )
        let_see(case, self.person, act.day)
        text = f"{case}: du ansvarar för {self.part}"
        messages.notify([self.person], case, text[:240], act.at)
        return {"responsible": row.pk}


class RecordConsultation(CaseCommand[InDepthFollowUp]):
    """The plan has been set up in close consultation with Omsorg SoL (ESC-02)."""

    label = "Registrera samråd med Omsorg SoL"
    roles = STAFF
    held_on: date = asked.day("Samråd hölls", first=asked.today)
    who: str = asked.line("Från Omsorg SoL", help_text="Namn och befattning.")
    text: str = asked.text("Vad samrådet gav", max_length=10000, help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return case.state == State.PLANNING

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Samrådet")
        written(self.who, "Skriv vem från Omsorg SoL som deltog.")
        written(self.text, "Skriv vad samrådet gav.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        case.consulted_on, case.consulted_with = self.held_on, self.who
        case.consultation = self.text
        official_note(case, act, f"Samråd med Omsorg SoL {long_date(self.held_on)}: {self.who}.")


class StartInDepth(CaseCommand[InDepthFollowUp]):
    """Everything that it needs is there, and it begins; the provider is told (ESC-02)."""

    label = "Starta fördjupad uppföljning"
    roles = STAFF
    transition = "start"
    primary = True

    @classmethod
    def missing(cls, case: InDepthFollowUp, day: date) -> list[Missing]:
        return guards.starting(case, day)

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        case.start(on=act.day)
        area = case.get_area_display().lower()
        official_note(case, act, f"Fördjupad uppföljning av {area} har börjat.")
        case.save()  # the company sees it from now on
        tell_company(case, act, f"{case}: en fördjupad uppföljning av {area} har börjat")


def _other_deviations(case: InDepthFollowUp) -> QuerySet[Deviation]:
    linked = case.deviations.values("pk")
    return Deviation.objects.filter(agreement=case.agreement_id).exclude(pk__in=linked)


class ConnectDeviation(CaseCommand[InDepthFollowUp]):
    """Another deviation of the provider's belongs to what is looked into (CAP-10)."""

    label = "Knyt avvikelse hit"
    roles = STAFF
    deviation: Deviation = asked.one_of("Avvikelse", lambda form: _other_deviations(form.case))

    @classmethod
    def fits(cls, case: InDepthFollowUp) -> bool:
        return super().fits(case) and _other_deviations(case).exists()

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        if self.deviation.agreement_id != case.agreement_id:
            raise Refused(f"{self.deviation} gäller ett annat avtal. Välj en av utförarens egna.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        case.deviations.add(self.deviation)


class MakeChainDocument(CaseCommand[InDepthFollowUp]):
    """Everything from deviation to end in order of time, as one locked document (CAP-10)."""

    label = "Gör sammanställning av kedjan"
    roles = STAFF
    on_closed = True

    def apply(self, case: InDepthFollowUp, act: Act) -> Kept:
        document = documents.make(case, "chain", act.user, act.at, lock=True)
        official_note(case, act, f"Sammanställning av {case} gjord.", document)
        return {"document": document.pk}


class CloseInDepth(CaseCommand[InDepthFollowUp]):
    """What came of it. Not while a proposal waits for decision, or a plan to be carried out."""

    label = "Avsluta fördjupad uppföljning"
    roles = STAFF
    transition = "close"
    primary = True
    outcome: str = asked.text(
        "Utfall", help_text=f"Vad uppföljningen visade och vad den ledde till. {NO_PERSONS}"
    )

    @classmethod
    def missing(cls, case: InDepthFollowUp, day: date) -> list[Missing]:
        return guards.ending(case, day)

    def check(self, case: InDepthFollowUp, act: Act) -> None:
        written(self.outcome, "Skriv vad uppföljningen visade.")

    def apply(self, case: InDepthFollowUp, act: Act) -> None:
        case.outcome = self.outcome
        case.close(on=act.day)
        ledger.meet(case, rules.IN_DEPTH.code, act.day, "Avslutad")
        ledger.cancel(case, act.day)
        official_note(case, act, f"Fördjupad uppföljning avslutad. {self.outcome}")
        tell_company(case, act, f"{case}: den fördjupade uppföljningen är avslutad")


BEFORE = (WritePlan, NameAreaResponsible, RecordConsultation, StartInDepth)
AFTER = (ConnectDeviation, MakeChainDocument, CloseInDepth)
