"""The verbs of a deviation: graded, asked about, reported to IVO or not, closed. CAP-10, CAP-17."""

from collections.abc import Mapping
from datetime import date

from django import forms

from audit.act import Act
from cases import calendar, flows, ledger, messages
from cases.actions import HANDLERS, not_in_future, official_note, tell_responsible
from cases.commands import CaseCommand, give_number, open_case
from cases.dates import long_date
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import actor_on, holders
from organisation.models import Provider, Unit
from organisation.roles import Role
from procurement.contracts.models import Contract
from procurement.escalations import guards, rules
from procurement.escalations.commands.in_depth import begin_in_depth, refuse_double
from procurement.escalations.commands.shared import (
    LEADERS,
    NO_PERSONS,
    STAFF,
    ahead,
    let_see,
    tell_company,
    written,
)
from procurement.escalations.models import Deviation, DeviationQuestion

State, Grade, Source = Deviation.State, Deviation.Grade, Deviation.Source


def contract_in_force(provider: Provider) -> Contract | None:
    """The provider's contract that holds now, if there is one."""
    rows = Contract.objects.filter(provider=provider, state=Contract.State.IN_FORCE)
    return rows.order_by("pk").last()


def open_deviation(
    provider: Provider,
    contract: Contract | None,
    unit: Unit,
    *,
    source: str,
    area: str,
    happened_on: date,
    description: str,
    act: Act,
) -> Deviation:
    """A new deviation, in the caller's transaction. Raises Refused for a day that has not come."""
    not_in_future(happened_on, act.day, "Dagen")
    own = source == Source.OWN
    deviation = Deviation(
        state=State.REPORTED,
        title=provider.name,
        provider=provider,
        unit=unit,
        agreement=contract,
        responsible=contract.responsible if contract else None,
        source=source,
        area=area,
        happened_on=happened_on,
        description=description,
        reported_by=act.user,
        shown_on=act.day if own else None,
    )
    open_case(deviation, act, name="open_deviation")
    give_number(deviation, act.day)
    deviation.save()
    ledger.start(deviation, rules.GRADE, act.day, anchor_text="avvikelsen rapporterades")
    flows.start(deviation, act.day)
    if not own:
        let_see(deviation, act.user, act.day)
    tell_responsible(deviation, act, f"{deviation}: ny avvikelse hos {provider.name}, gradera den")
    return deviation


class GradeDeviation(CaseCommand[Deviation]):
    """How serious it is. What is serious asks whether IVO is told (CAP-17)."""

    label = "Gradera"
    roles = STAFF
    transition = "begin_handling"
    primary = True
    grade: str = asked.choice(
        "Gradering",
        Grade.choices,
        widget=forms.RadioSelect,
        help_text="En allvarlig brist: frågan om anmälan till IVO ska prövas (SoL 27 kap. 7 §).",
    )
    reasons: str = asked.text("Skäl", help_text=NO_PERSONS)

    def check(self, case: Deviation, act: Act) -> None:
        written(self.reasons, "Skriv skälen för graderingen.")
        if self.grade not in Grade.values:
            raise Refused("Välj ingen brist, mindre brist eller allvarlig brist.")
        if case.grade == self.grade:
            raise Refused(f"Avvikelsen är redan graderad som {case.get_grade_display().lower()}.")
        if case.ivo_is_open:
            raise Refused(
                "Bristen är graderad som allvarlig. Avgör först om den ska anmälas till IVO."
            )

    def apply(self, case: Deviation, act: Act) -> None:
        case.grade, case.grade_reasons, case.graded_on = self.grade, self.reasons, act.day
        case.graded_by, case.graded_for = act.user, act.on_behalf_of
        if case.state == State.REPORTED:
            case.begin_handling()
            ledger.meet(case, rules.GRADE.code, act.day, "Graderad")
        official_note(case, act, f"Graderad: {case.get_grade_display().lower()}. {self.reasons}")
        if case.ivo_is_open:
            self._ask_about_ivo(case, act)

    def _ask_about_ivo(self, case: Deviation, act: Act) -> None:
        ledger.start(case, rules.IVO, act.day, anchor_text="bristen graderades som allvarlig")
        leaders = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day) or holders(
            Role.DIRECTOR, case.unit.path, act.day
        )
        text = f"{case}: allvarlig brist, pröva anmälan till IVO (SoL 27 kap. 7 §)"
        messages.notify(leaders, case, text, act.at, urgent=True)


class RegradeDeviation(GradeDeviation):
    """What has been found makes it more or less serious than it seemed."""

    label = "Ändra gradering"
    transition = ""
    primary = False

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return case.state == State.HANDLING


class AskProvider(CaseCommand[Deviation]):
    """The provider is asked what happened, and sees the deviation from now on."""

    label = "Begär svar av utföraren"
    roles = STAFF
    text: str = asked.text("Vad utföraren ska svara på", help_text=NO_PERSONS)
    due: date = asked.day(
        "Svar senast", first=lambda form: calendar.add_days(form.day, rules.ANSWER_DAYS)
    )

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return super().fits(case) and case.open_question() is None

    def check(self, case: Deviation, act: Act) -> None:
        written(self.text, "Skriv vad utföraren ska svara på.")
        ahead(self.due, act.day)

    def apply(self, case: Deviation, act: Act) -> Kept:
        row = DeviationQuestion.objects.create(
            deviation=case, text=self.text, due=self.due, **act.stamp
        )
        case.shown_on = case.shown_on or act.day
        ledger.start(
            case,
            rules.ANSWER,
            self.due,
            about=f"question:{row.pk}",
            anchor_text=f"utföraren ombads svara senast {long_date(self.due)}",
        )
        tell_company(case, act, f"{case}: utföraren ska svara senast {long_date(self.due)}")
        return {"question": row.pk}


class AnswerDeviation(CaseCommand[Deviation]):
    """The provider answers; an answer that comes late is taken, and marked as late."""

    label = "Svara på frågan"
    roles = STAFF
    by_company = True
    help = "Svara även om sista dagen har gått. Underlag lämnas med ”Lägg till bilaga”."
    text: str = asked.text("Svar", max_length=10000, help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return super().fits(case) and case.open_question() is not None

    def check(self, case: Deviation, act: Act) -> None:
        written(self.text, "Svaret är tomt. Skriv vad som hände och vad ni har gjort.")

    def apply(self, case: Deviation, act: Act) -> Kept:
        row = case.open_question()
        assert row  # see `fits`
        row.answer, row.answered_on, row.answered_by = self.text, act.day, act.user
        row.save()
        ledger.meet(case, rules.ANSWER.code, act.day, "Svar lämnat", about=f"question:{row.pk}")
        late = ", för sent" if row.was_late else ""
        tell_responsible(case, act, f"{case}: utföraren har svarat{late}")
        return {"question": row.pk, "late": row.was_late}


class ReportToIvo(CaseCommand[Deviation]):
    """The municipality has told IVO of a serious shortcoming (SoL 27:7)."""

    label = "Registrera anmälan till IVO"
    roles = HANDLERS
    reported_on: date = asked.day("Anmäld den", first=asked.today)
    number: str = asked.line(
        "Ärendets nummer hos IVO",
        max_length=40,
        help_text="Står på IVO:s bekräftelse.",
        logged=True,
    )

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return super().fits(case) and case.ivo_is_open

    def check(self, case: Deviation, act: Act) -> None:
        not_in_future(self.reported_on, act.day, "Anmälan")
        written(self.number, "Skriv ärendets nummer hos IVO.")
        if self.reported_on < case.happened_on:
            raise Refused(f"Det inträffade {long_date(case.happened_on)}. Skriv en senare dag.")

    def apply(self, case: Deviation, act: Act) -> None:
        case.ivo_reported_on, case.ivo_number = self.reported_on, self.number
        case.ivo_decided_by = act.user
        ledger.meet(case, rules.IVO.code, self.reported_on, "Anmäld")
        official_note(
            case,
            act,
            f"Anmäld till IVO {long_date(self.reported_on)} enligt SoL 27 kap. 7 §, ärende {self.number}.",
        )


class DecideNotToReport(CaseCommand[Deviation]):
    """Somebody else than who graded it decides that IVO is not told, with reasons (CAP-08)."""

    label = "Besluta att inte anmäla till IVO"
    roles = LEADERS
    help = (
        "SoL 27 kap. 7 §: kommunen anmäler allvarliga brister hos den som har tillstånd. Beslutet "
        "fattas av någon annan än den som graderade."
    )
    why: str = asked.text("Skäl att inte anmäla")

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return super().fits(case) and case.ivo_is_open

    @classmethod
    def barred(cls, case: Deviation) -> Mapping[int, str]:
        why = "Du har graderat bristen. Någon annan beslutar att inte anmäla den till IVO."
        return {pk: why for pk in (case.graded_by_id, case.graded_for_id) if pk}

    def check(self, case: Deviation, act: Act) -> None:
        written(self.why, "Skriv skälen att inte anmäla.")

    def apply(self, case: Deviation, act: Act) -> None:
        case.ivo_declined_on, case.ivo_reasons = act.day, self.why
        case.ivo_decided_by = act.user
        ledger.meet(case, rules.IVO.code, act.day, "Avgjord")
        official_note(
            case, act, f"Beslut att inte anmäla till IVO (SoL 27 kap. 7 §). Skäl: {self.why}"
        )


class DecideInDepth(CaseCommand[Deviation]):
    """An in-depth follow-up is decided, limited to the deviation's area (ESC-01)."""

    label = "Besluta om fördjupad uppföljning"
    roles = LEADERS
    help = "Den fördjupade uppföljningen begränsas till avvikelsens område, och planeras först."
    reason: str = asked.text("Skäl", help_text=NO_PERSONS)

    @classmethod
    def fits(cls, case: Deviation) -> bool:
        return (
            case.state == State.HANDLING
            and case.agreement is not None
            and case.agreement.state == Contract.State.IN_FORCE
        )

    def check(self, case: Deviation, act: Act) -> None:
        assert case.agreement  # see `fits`
        written(self.reason, "Skriv skälen för en fördjupad uppföljning.")
        refuse_double(case.agreement, case.area)

    def apply(self, case: Deviation, act: Act) -> Kept:
        assert case.agreement  # see `fits`
        found = begin_in_depth(
            case.agreement, act, area=case.area, reason=self.reason, deviations=[case]
        )
        official_note(case, act, f"Fördjupad uppföljning beslutad: {found}.")
        return {"in_depth": found.number}


class CloseDeviation(CaseCommand[Deviation]):
    """What came of it. A serious one is not closed before the question of IVO is answered."""

    label = "Avsluta"
    roles = STAFF
    transition = "close"
    primary = True
    outcome: str = asked.text(
        "Utfall", help_text=f"Vad utredningen visade och vad som har gjorts. {NO_PERSONS}"
    )

    @classmethod
    def missing(cls, case: Deviation, day: date) -> list[Missing]:
        return guards.closing(case, day)

    def check(self, case: Deviation, act: Act) -> None:
        written(self.outcome, "Skriv vad utredningen visade.")

    def apply(self, case: Deviation, act: Act) -> None:
        case.outcome = self.outcome
        case.close(on=act.day)
        ledger.cancel(case, act.day)
        official_note(case, act, f"Avvikelsen avslutad. {self.outcome}")
        tell_company(case, act, f"{case}: avvikelsen är avslutad")
        if not actor_on(case.reported_by, act.day).is_outside:
            text = f"{case}: avvikelsen som du rapporterade är avslutad"
            messages.notify([case.reported_by], case, text, act.at)


COMMANDS = (
    GradeDeviation,
    AskProvider,
    AnswerDeviation,
    ReportToIvo,
    DecideNotToReport,
    DecideInDepth,
    RegradeDeviation,
    CloseDeviation,
)
