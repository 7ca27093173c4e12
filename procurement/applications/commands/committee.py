"""Agenda, decision, notice, correction. LOV-10, LOV-11, CAP-09, CAP-16."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from audit.act import Act
from cases import calendar, committee, documents, flows, ledger, messages, preferences
from cases.actions import HANDLERS, not_in_future, official_note, tell_company, tell_responsible
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.models import CommitteeMeeting, CommitteeMember, MemberConflict
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.authority import holders
from organisation.roles import Role
from procurement.applications import guards, rules
from procurement.applications.models import (
    CommitteeDecision,
    CorrectionCase,
    DecisionNotice,
    ProviderApplication,
)
from procurement.introductions.commands import begin
from procurement.specifications.models import Assignment

State = ProviderApplication.State
SECRETARY = frozenset({Role.COMMITTEE_SECRETARY})
RECOMMENDED_TITLE = "{name}, ansökan om att bli utförare"


class MeetingChoice(forms.ModelChoiceField):
    """A meeting, shown by its day and the last day for its documents."""

    def label_from_instance(self, meeting: CommitteeMeeting) -> str:
        """Both days."""
        return f"{long_date(meeting.held_on)} (manusstopp {long_date(meeting.documents_due)})"


class PutOnAgenda(CaseCommand[ProviderApplication]):
    """Put the case on a meeting's agenda; the tjänsteskrivelse is made of its facts (LOV-10)."""

    label = "Sätt upp på föredragningslistan"
    roles = HANDLERS | SECRETARY
    primary = True
    meeting: CommitteeMeeting = asked.value(
        MeetingChoice,
        "Sammanträde",
        offered=lambda form: CommitteeMeeting.objects.filter(held_on__gte=form.day),
        queryset=None,
        logged=lambda meeting: meeting.held_on,
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.COMMITTEE and case.agenda_item() is None

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return [
            *guards.mbl(case, day),
            *[
                Missing(f"{gap.label} i tjänsteskrivelsen", gap.hint)
                for gap in documents.gaps(case, "decision_proposal")
            ],
        ]

    def check(self, case: ProviderApplication, act: Act) -> None:
        if self.meeting.held_on < act.day:
            raise Refused("Sammanträdet har redan hållits. Välj ett kommande.")

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        document = documents.make(case, "decision_proposal", act.user, act.at)
        item = committee.add_item(
            self.meeting,
            RECOMMENDED_TITLE.format(name=case.title),
            act,
            case=case,
            document=document,
        )
        ledger.meet(case, rules.HANDLING.code, act.day, "Överlämnad till nämnden")
        ledger.start(
            case,
            rules.DOCUMENTS_DUE,
            self.meeting.documents_due,
            anchor_text=f"nämnden sammanträder {long_date(self.meeting.held_on)}",
        )
        official_note(
            case, act, f"Tjänsteskrivelse inför nämnden {self.meeting.held_on}.", document
        )
        return {"late": item.is_late}


class ReviseProposalText(CaseCommand[ProviderApplication]):
    """Change the text of the tjänsteskrivelse; the agenda gets a new version until it is frozen."""

    label = "Redigera tjänsteskrivelsen"
    roles = HANDLERS | SECRETARY
    reasons: str = asked.text(
        "Skäl", max_length=10_000, first=lambda form: form.case.standing_proposal().reasons
    )
    economic_consequences: str = asked.text(
        "Ekonomiska konsekvenser",
        max_length=2000,
        first=lambda form: form.case.economic_consequences,
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state in {State.MBL, State.COMMITTEE}

    def check(self, case: ProviderApplication, act: Act) -> None:
        item = case.agenda_item()
        if item and item.document and item.document.locked_at:
            raise Refused("Tjänsteskrivelsen är låst i utskicket och kan inte ändras.")

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        proposal = case.standing_proposal()
        proposal.reasons = self.reasons
        proposal.save()
        case.economic_consequences = self.economic_consequences
        case.save()  # the document below is made of what is stored
        if item := case.agenda_item():
            item.document = documents.make(case, "decision_proposal", act.user, act.at)
            item.save()
            return {"document": item.document.pk}
        return {}


class TakeOffAgenda(CaseCommand[ProviderApplication]):
    """Take the case off the agenda, to be put on another."""

    label = "Ta bort från föredragningslistan"
    roles = HANDLERS | SECRETARY
    why: str = asked.line("Skäl", max_length=200, logged=True)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.COMMITTEE and case.agenda_item() is not None

    def apply(self, case: ProviderApplication, act: Act) -> None:
        item = case.place_on_agenda()
        item.withdrawn_on = act.day
        item.save()
        ledger.cancel(case, act.day, rules.DOCUMENTS_DUE.code)


def day_of_meeting(form: CaseForm[ProviderApplication]) -> date:
    """The day of the meeting on whose agenda the case stands."""
    return form.case.next_meeting_day() or form.day


class DecisionForm(CaseForm[ProviderApplication]):
    """Whoever did not take part for a conflict of interest did so for a reason."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("conflicted") and not data.get("conflict_reason"):
            self.add_error("conflict_reason", "Skriv varför ledamoten inte deltog.")
        return data


class RegisterDecision(CaseCommand[ProviderApplication]):
    """The secretary registers what the committee decided: people decided it, not the system."""

    label = "Registrera nämndens beslut"
    roles = SECRETARY
    transition = "decide"
    primary = True
    form = DecisionForm
    decided_on: date = asked.day("Beslutsdatum", first=day_of_meeting)
    paragraph: int = asked.number("Paragraf", least=1, most=9999)
    outcome: str = asked.choice(
        "Utfall", CommitteeDecision.Outcome.choices, widget=forms.RadioSelect
    )
    reasons: str = asked.text(
        "Nämndens skäl",
        default="",
        max_length=10_000,
        help_text="Lämna tomt om nämnden beslutade enligt förslaget med dess skäl.",
    )
    reservations: str = asked.text("Reservationer", default="", max_length=4000)
    conflicted: Iterable[CommitteeMember] = asked.some_of(
        "Deltog inte på grund av jäv",
        lambda form: CommitteeMember.objects.on(form.day),
        default=(),
    )
    conflict_reason: str = asked.line("Skäl till jäv", default="", max_length=200)

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        return guards.decision(case, day)

    def check(self, case: ProviderApplication, act: Act) -> None:
        assert case.arrived_on  # only a draft has not
        if self.decided_on < case.arrived_on:
            raise Refused(
                f"Beslutsdatum kan inte vara före ansökan kom in, {long_date(case.arrived_on)}."
            )
        not_in_future(self.decided_on, act.day, "Beslutsdatum")
        meeting = case.place_on_agenda().meeting
        if self.decided_on != meeting.held_on:
            raise Refused(
                f"Ärendet står på sammanträdet {long_date(meeting.held_on)}. "
                "Skriv den dagen, eller flytta ärendet till rätt sammanträde."
            )
        self._check_outcome(case, act)
        taken = CommitteeDecision.objects.filter(
            item__meeting=meeting, paragraph=self.paragraph
        ).exclude(application=case)
        if taken.exists():
            raise Refused(f"§ {self.paragraph} är redan registrerad på det sammanträdet.")

    def _check_outcome(self, case: ProviderApplication, act: Act) -> None:
        proposal = case.standing_proposal()
        if self.outcome == CommitteeDecision.Outcome.EXCLUDED and not proposal.exclusion_ground:
            raise Refused("Uteslutning kräver ett förslag med grund i LOV 7 kap. 1 §.")
        if self.outcome == CommitteeDecision.Outcome.APPROVED:
            if case.assessed_incomplete or proposal.exclusion_ground:
                raise Refused(
                    "Ansökan har inte handlagts så att den kan godkännas. "
                    "Ta bort den från föredragningslistan och handlägg den på nytt."
                )
            if gaps := guards.expired_controls(case, self.decided_on):
                raise Refused(
                    "; ".join(f"{gap.what}. {gap.hint}" for gap in gaps)
                    + " Gör om kontrollen innan beslutet registreras."
                )
        elif proposal.recommendation == "approve" and not self.reasons:
            raise Refused("Nämnden avvek från förslaget. Skriv nämndens skäl.")

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        item = case.place_on_agenda()
        recorded = act.stamp
        CommitteeDecision.objects.create(
            application=case,
            item=item,
            outcome=self.outcome,
            paragraph=self.paragraph,
            decided_on=self.decided_on,
            reasons=self.reasons,
            reservations=self.reservations,
            **recorded,
        )
        for member in self.conflicted:
            MemberConflict.objects.create(
                item=item, member=member, reason=self.conflict_reason, recorded_by=act.user
            )
        item.decided_on = self.decided_on
        item.save()
        case.decide()
        ledger.meet(case, rules.DECISION_TIME.code, self.decided_on, "Beslutad")
        ledger.meet(case, rules.DOCUMENTS_DUE.code, act.day, "Beslutad")
        ledger.start(case, rules.NOTIFY, self.decided_on, anchor_text="nämnden beslutade")
        document = documents.make(case, "decision_extract", act.user, act.at, lock=True)
        official_note(
            case, act, f"Nämndens beslut {self.decided_on}, § {self.paragraph}.", document
        )
        tell_responsible(case, act, f"{case}: nämnden har beslutat")
        values: dict[str, int | str | None] = {"document": document.pk}
        if self.outcome == CommitteeDecision.Outcome.APPROVED:
            service_only = case.assignment == Assignment.DOMESTIC
            introduction = begin(case, act, self.decided_on, service_only=service_only)
            values["introduction"] = introduction.number
        return values


class NotifyApplicant(CaseCommand[ProviderApplication]):
    """Tell the company of the decision with reasons, and if it was not approved how to seek
    correction: from the day given the period of three weeks runs (LOV-11)."""

    label = "Meddela sökande"
    roles = SECRETARY
    primary = True
    channel: str = asked.choice(
        "Sätt",
        DecisionNotice.Channel.choices,
        first=DecisionNotice.Channel.PORTAL,
        widget=forms.RadioSelect,
    )
    given_on: date = asked.day(
        "Meddelas den", first=asked.today, help_text="Från den dagen löper tiden för rättelse."
    )
    proof: str = asked.line(
        "Bevis",
        max_length=200,
        help_text="Till exempel: brevets försändelsenummer, eller vem som bekräftade.",
        logged=True,
    )

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.DECIDED

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.given_on, act.day, "Dagen")
        decided_on = case.made_decision().decided_on
        if self.given_on < decided_on:
            raise Refused(f"Beslutet fattades {long_date(decided_on)} och meddelas tidigast då.")

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        decision = case.made_decision()
        kind = "notice_approval" if decision.is_approval else "notice_rejection"
        last_day = rules.last_day_to_seek_correction(self.given_on)
        document = documents.make(
            case,
            kind,
            act.user,
            act.at,
            lock=True,
            given_on=self.given_on.isoformat(),
            last_day="" if decision.is_approval else last_day.isoformat(),
        )
        document.shown_to_company = True
        document.save(update_fields=["shown_to_company"])
        DecisionNotice.objects.create(
            decision=decision,
            channel=self.channel,
            given_on=self.given_on,
            proof=self.proof,
            document=document,
            **act.stamp,
        )
        ledger.meet(case, rules.NOTIFY.code, self.given_on, "Meddelad")
        if decision.is_approval:
            case.notify_approval(on=act.day)
            ledger.cancel(case, act.day)
        else:
            case.notify_rejection()
            ledger.start(
                case, rules.CORRECTION, self.given_on, anchor_text="underrättelsen lämnades"
            )
        official_note(case, act, f"Sökanden underrättad {self.given_on}.", document)
        tell_company(case, act, f"{case}: nämnden har beslutat, läs underrättelsen")
        return {"document": document.pk}


class FileCorrection(CaseCommand[ProviderApplication]):
    """The company has applied for correction at the administrative court (LOV-11, LOV 10:1).

    The court may tell of it when the period has passed and the case has ended: it can then be
    registered for as many days as the municipality has chosen (COR-04).
    """

    label = "Registrera ansökan om rättelse"
    roles = HANDLERS | SECRETARY
    transition = "file_correction"
    on_closed = True
    court_case_number: str = asked.line(
        "Domstolens målnummer", max_length=40, help_text="Till exempel 1234-26", logged=True
    )
    filed_on: date = asked.day("Kom in till förvaltningsrätten")
    told_on: date = asked.day("Kommunen fick veta det", first=asked.today)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return super().fits(case) and not hasattr(case.decision(), "correction")

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.told_on, act.day, "Dagen")
        given_on = case.made_decision().notice.given_on
        if self.filed_on < given_on:
            raise Refused(f"Underrättelsen lämnades {long_date(given_on)}; skriv en senare dag.")
        if self.told_on < self.filed_on:
            raise Refused(
                f"Kommunen kan inte ha fått veta det före {long_date(self.filed_on)}, när ansökan "
                "kom in till förvaltningsrätten."
            )
        if case.closed_on:
            self._check_ended(rules.last_day_to_seek_correction(given_on), act.day)

    def _check_ended(self, last_day: date, today: date) -> None:
        """Raise Refused unless an ended case can be opened for the application."""
        if self.filed_on > last_day:
            raise Refused(
                f"Sista dagen att ansöka om rättelse var {long_date(last_day)}, och beslutet står "
                "fast. Kontrollera dagen med domstolen. Skriv annars en tjänsteanteckning om att "
                "ansökan kom in för sent."
            )
        until = calendar.add_days(last_day, preferences.chosen("correction_report_days"))
        if today > until:
            raise Refused(
                f"Ansökan kunde registreras till och med {long_date(until)}. Skriv en "
                "tjänsteanteckning om domstolens besked, och be biträdande socialdirektören "
                "att förlänga tiden på sidan Inställningar. Registrera sedan ansökan här."
            )

    def apply(self, case: ProviderApplication, act: Act) -> Kept:
        decision = case.made_decision()
        CorrectionCase.objects.create(
            decision=decision,
            court_case_number=self.court_case_number,
            filed_on=self.filed_on,
            told_on=self.told_on,
            **act.stamp,
        )
        if reopened := case.closed_on is not None:
            ledger.reopen(case, rules.CORRECTION.code)
            flows.reopen(case)
        case.file_correction()
        ledger.meet(case, rules.CORRECTION.code, self.filed_on, "Rättelse begärd")
        last_day = rules.last_day_to_seek_correction(decision.notice.given_on)
        in_time = self.filed_on <= last_day
        late = (
            "" if in_time else f" Kom in efter sista dag {last_day}; rätten prövar om den tas upp."
        )
        again = " Ärendet öppnas igen." if reopened else ""
        official_note(
            case,
            act,
            f"Ansökan om rättelse, mål {self.court_case_number}, kom in till förvaltningsrätten "
            f"{self.filed_on}. Kommunen fick veta det {self.told_on}.{late}{again}",
        )
        deputies = holders(Role.DEPUTY_DIRECTOR, case.unit.path, act.day)
        messages.notify(deputies, case, f"{case}: företaget har ansökt om rättelse", act.at)
        if reopened:
            tell_responsible(
                case, act, f"{case}: företaget har ansökt om rättelse, fortsätt ärendet"
            )
        return {"in_time": in_time, "reopened": reopened}


class RecordCourtOutcome(CaseCommand[ProviderApplication]):
    """What the court decided: the decision stands, or the committee decides anew (LOV-11)."""

    label = "Registrera domstolens beslut"
    roles = HANDLERS | SECRETARY
    primary = True
    outcome: str = asked.choice("Utfall", CorrectionCase.Outcome.choices, widget=forms.RadioSelect)
    outcome_on: date = asked.day("Domstolens beslut", first=asked.today)

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.CORRECTION_FILED

    def check(self, case: ProviderApplication, act: Act) -> None:
        not_in_future(self.outcome_on, act.day, "Dagen")
        if self.outcome_on < case.made_decision().correction.filed_on:
            raise Refused("Domstolens beslut kan inte vara före ansökan om rättelse.")

    def apply(self, case: ProviderApplication, act: Act) -> None:
        correction = case.made_decision().correction
        correction.outcome, correction.outcome_on = self.outcome, self.outcome_on
        correction.save()
        if self.outcome == CorrectionCase.Outcome.GRANTED:
            case.return_to_committee()
        else:
            close(case, act.day)
        official_note(
            case,
            act,
            f"Mål {correction.court_case_number}: {correction.get_outcome_display().lower()}.",
        )
        tell_responsible(case, act, f"{case}: domstolen har beslutat om rättelse")


class BecomeFinal(CaseCommand[ProviderApplication]):
    """The correction period has passed without an application: the decision stands."""

    label = "Avsluta när tiden för rättelse har gått ut"
    roles = HANDLERS | SECRETARY
    automatic = True

    @classmethod
    def fits(cls, case: ProviderApplication) -> bool:
        return case.state == State.CORRECTION_PERIOD

    @classmethod
    def missing(cls, case: ProviderApplication, day: date) -> list[Missing]:
        running = case.deadlines.running().filter(rule=rules.CORRECTION.code).first()
        if running and running.due >= day:
            return [Missing(f"Tiden för rättelse löper till och med {long_date(running.due)}")]
        return []

    def apply(self, case: ProviderApplication, act: Act) -> None:
        ledger.meet(case, rules.CORRECTION.code, act.day, "Ingen ansökan om rättelse")
        close(case, act.day)


def close(case: ProviderApplication, day: date) -> None:
    """End the case as what the committee decided."""
    if case.made_decision().outcome == CommitteeDecision.Outcome.EXCLUDED:
        case.become_final_excluded(on=day)
    else:
        case.become_final_rejected(on=day)


COMMANDS = (
    PutOnAgenda,
    ReviseProposalText,
    TakeOffAgenda,
    RegisterDecision,
    NotifyApplicant,
    FileCorrection,
    RecordCourtOutcome,
    BecomeFinal,
)
