"""The verbs of an extra need: contact, apply, end, decide, answer for what was forgotten.

Requirements EXT-01 to EXT-05. The system approves and rejects nothing (CAP-16).
"""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from audit import clock
from audit.act import Act
from cases import actions, ledger, messages, preferences
from cases.actions import not_in_future
from cases.commands import CaseCommand, CaseForm
from cases.dates import full_date
from cases.models import FiredRung, JournalNote
from clients.models import READERS, CareDecision
from door import asked
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.models import User
from organisation.roles import Role
from planning.extras import notices, removal, rules
from planning.extras.people import DECIDERS, HANDLERS, let_see, responsible_for, social_workers
from planning.models import ExtraContact, ExtraNeed, NeedNotice

State, Round, About = ExtraNeed.State, ExtraContact.Round, NeedNotice.About
NO_HEALTH = "Skriv det som behövs för beslutet, inga andra hälsouppgifter."


def tell_social_workers(need: ExtraNeed, act: Act, text: str, *, urgent: bool = False) -> None:
    """A line in the inbox of the unit's social workers."""
    people = social_workers(need.unit, act.day)
    messages.notify(people, need, f"{need}: {text}", act.at, urgent=urgent)


def responsible(form: CaseForm[ExtraNeed]) -> QuerySet[User]:
    """Those who can answer for the need."""
    return responsible_for(form.case, form.day)


def likely_caller(form: CaseForm[ExtraNeed]) -> int | None:
    """Who has probably taken the contact: the actor, or else who answers for the need."""
    if responsible(form).filter(pk=form.actor.user.pk).exists():
        return form.actor.user.pk
    return form.case.responsible_id


def likely_listener(form: CaseForm[ExtraNeed]) -> str:
    """Whom the contact was probably with: the unit's first social worker."""
    known = social_workers(form.case.unit, form.day)
    return known[0].name if known else ""


class ContactCommand(CaseCommand[ExtraNeed]):
    """A contact with the social worker, in one of the two rounds."""

    roles = HANDLERS
    by_name = True
    primary = True
    round: ClassVar[str]
    channel: str = asked.choice(
        "Hur",
        ExtraContact.Channel.choices,
        widget=forms.RadioSelect,
        first=ExtraContact.Channel.TELEPHONE,
    )
    made_by: User = asked.one_of(
        "Vem tog kontakten", responsible, empty_label=None, first=likely_caller
    )
    made_on: date = asked.day("När", first=asked.today)
    told: str = asked.line("Med vem", max_length=120, first=likely_listener)
    said: str = asked.text("Vad som sades", max_length=2000, help_text=NO_HEALTH)

    def check(self, case: ExtraNeed, act: Act) -> None:
        not_in_future(self.made_on, act.day, "Kontakten")
        if self.channel not in ExtraContact.Channel.values:
            raise Refused("Välj meddelande eller telefon.")
        if not (self.told.strip() and self.said.strip()):
            raise Refused("Skriv med vem kontakten togs och vad som sades.")

    def keep(self, case: ExtraNeed, act: Act) -> ExtraContact:
        """Put the contact on record."""
        return ExtraContact.objects.create(
            need=case,
            round=self.round,
            channel=self.channel,
            made_by=self.made_by,
            made_on=self.made_on,
            told=self.told,
            said=self.said,
            **act.stamp,
        )


class RecordContact(ContactCommand):
    """The first contact with the social worker (EXT-01, EXT-02)."""

    label = "Registrera kontakt"
    help = "Kontakten tas med meddelande i Viva eller per telefon, senast nästa vardag."
    transition = "contact"
    round = Round.FIRST

    def check(self, case: ExtraNeed, act: Act) -> None:
        super().check(case, act)
        earliest = min(case.first_day, clock.local_date(case.opened_at))
        if self.made_on < earliest:
            raise Refused(
                f"Behovet blev känt {full_date(earliest)}. Kontakten kan inte ha tagits tidigare."
            )

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        row = self.keep(case, act)
        case.contact()
        ledger.meet(case, rules.CONTACT.code, self.made_on, "Kontakt tagen")
        notices.write(case, About.CONTACT, act, made_on=str(self.made_on), channel=self.channel)
        tell_social_workers(
            case, act, f"kontakt tagen om extra insats ({case.service.name.lower()})"
        )
        return {"contact": row.pk}


class ApplyForNeed(ContactCommand):
    """The need remains after ten days: a new contact, and an application from day 0 (EXT-03)."""

    label = "Behovet kvarstår: ansök"
    help = (
        "En ny kontakt med socialsekreteraren. Ansökan görs från den första dagen med behov, och "
        "beslutet kan tas retroaktivt från den dagen."
    )
    transition = "renew"
    round = Round.DAY_TEN

    @classmethod
    def missing(cls, case: ExtraNeed, day: date) -> list[Missing]:
        first = _renewable_from(case)
        if day >= first:
            return []
        return [
            Missing(
                f"Tio dagar har inte gått: kontakten tas {full_date(first)}",
                f"Första dagen med behov var {full_date(case.first_day)}, och dag tio är "
                f"{full_date(rules.day_ten(case.first_day))}.",
            )
        ]

    def check(self, case: ExtraNeed, act: Act) -> None:
        super().check(case, act)
        first = _renewable_from(case)
        if self.made_on < first:
            raise Refused(f"Den nya kontakten tas tidigast {full_date(first)}.")

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        row = self.keep(case, act)
        case.renew(on=act.day)
        assert case.application_from is not None  # from when it is renewed
        ledger.meet(case, rules.TEN_DAYS.code, self.made_on, "Ansökan gjord")
        since = str(case.application_from)
        notices.write(case, About.RENEWED, act, made_on=str(self.made_on), application_from=since)
        tell_social_workers(
            case,
            act,
            f"behovet kvarstår, ansökan om {case.service.name.lower()} från "
            f"{full_date(case.application_from)}",
            urgent=True,
        )
        return {"contact": row.pk, "application_from": since}


def _renewable_from(case: ExtraNeed) -> date:
    return rules.renewable_from(case.first_day, preferences.chosen(rules.BEFORE_RED_DAY))


class EndNeed(CaseCommand[ExtraNeed]):
    """The need has ended: its planned visits go, and the social worker is told (EXT-04)."""

    label = "Behovet har upphört"
    help = "De planerade extra besöken tas bort, och socialsekreteraren får veta det."
    roles = HANDLERS | DECIDERS
    by_name = True
    transition = "end"
    ended_on: date = asked.day(
        "Behovet upphörde",
        first=lambda form: max(form.day, form.case.first_day),
        help_text="Planerade extra besök som inte har börjat tas bort från och med den dagen.",
    )
    why: str = asked.line("Varför")

    def check(self, case: ExtraNeed, act: Act) -> None:
        if self.ended_on < case.first_day:
            raise Refused(
                f"Behovet började {full_date(case.first_day)} och kan inte ha slutat före det. "
                f"Skriv {case.first_day} eller senare."
            )
        if self.ended_on > max(act.day, case.first_day):
            raise Refused("Behovet har inte upphört än. Skriv dagens datum eller tidigare.")
        if not self.why.strip():
            raise Refused("Skriv varför behovet har upphört.")

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        return end(case, self.ended_on, self.why, act)


def end(case: ExtraNeed, ended_on: date, why: str, act: Act) -> dict[str, Any]:
    """End a need inside a command of it. Returns what was removed, for the event."""
    removed = removal.take_away(case, ended_on, act)
    case.end(need_ended=ended_on, why=why, on=act.day)
    ledger.meet(case, rules.CONTACT.code, act.day, "Behovet upphörde")
    ledger.meet(case, rules.TEN_DAYS.code, act.day, "Behovet upphörde")
    notices.write(case, About.ENDED, act, ended_on=str(ended_on), removed=len(removed))
    visits = "1 planerat besök" if len(removed) == 1 else f"{len(removed)} planerade besök"
    tell_social_workers(
        case,
        act,
        f"behovet ({case.service.name.lower()}) upphörde {full_date(ended_on)}, {visits} togs bort",
    )
    return {"removed": removed}


class DecisionForm(CaseForm[ExtraNeed]):
    """What is granted has a decision."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("granted") is True and not said.get("decision"):
            self.add_error("decision", "Välj beslutet. Saknas det, registrera det hos brukaren.")
        return said


class DecideNeed(CaseCommand[ExtraNeed]):
    """The social worker's decision, retroactive when it holds from day 0 (EXT-03)."""

    label = "Registrera beslut"
    help = "Ett beviljat beslut täcker besöken. Vid avslag tas de planerade extra besöken bort."
    roles = DECIDERS
    primary = True
    transition = "decide"
    on_closed = True
    form = DecisionForm
    granted: bool = asked.value(
        forms.TypedChoiceField,
        "Beslut",
        choices=[("ja", "Beviljat"), ("nej", "Avslag")],
        coerce=lambda value: value == "ja",
        widget=forms.RadioSelect,
    )
    decision: CareDecision | None = asked.one_of(
        "Beslutet",
        lambda form: CareDecision.objects.filter(client=form.case.client_id),
        default=None,
        empty_label="Inget",
        help_text="Registrera först beslutet på brukarens sida. Det kan gälla retroaktivt.",
    )

    @classmethod
    def fits(cls, case: ExtraNeed) -> bool:
        waits = case.state != State.ENDED or case.application_from is not None
        return super().fits(case) and waits

    def check(self, case: ExtraNeed, act: Act) -> None:
        if not self.granted:
            return
        if self.decision is None or self.decision.client_id != case.client_id:
            raise Refused("Välj ett av brukarens beslut. Registrera det först om det saknas.")
        if self.decision.valid_from > case.first_day:
            raise Refused(
                f"Beslutet gäller från {full_date(self.decision.valid_from)}, men behovet började "
                f"{full_date(case.first_day)}. Ändra beslutet så att det gäller från den dagen."
            )

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        removed = [] if self.granted or case.ended_on else removal.take_away(case, act.day, act)
        case.decide(decision=self.decision if self.granted else None, on=act.day)
        ledger.meet(case, rules.TEN_DAYS.code, act.day, "Beslutat")
        said = "beviljad" if self.granted else "avslagen"
        people = [case.responsible] if case.responsible else []
        messages.notify(people, case, f"{case}: extra insats {said}", act.at)
        if removed:
            notices.write(case, About.ENDED, act, ended_on=str(act.day), removed=len(removed))
        return {"removed": removed}


class AnswerEscalation(CaseCommand[ExtraNeed]):
    """The unit manager answers for a need that was forgotten; the responsible is told (EXT-05)."""

    label = "Svara på eskaleringen"
    roles = frozenset({Role.UNIT_MANAGER, Role.NIGHT_HEAD, Role.DEPUTY_DIRECTOR})
    answer: str = asked.text("Vad görs, och när", max_length=2000)

    @classmethod
    def fits(cls, case: ExtraNeed) -> bool:
        fired = FiredRung.objects.filter(deadline__case=case.pk, rung="escalated")
        return super().fits(case) and fired.filter(deadline__met_on=None).exists()

    def check(self, case: ExtraNeed, act: Act) -> None:
        if not self.answer.strip():
            raise Refused("Skriv vad som görs.")

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        text = f"Svar på eskaleringen: {self.answer}"
        note = actions.write_note(case, act, JournalNote.Kind.WORKING, text)
        if case.responsible:
            said = f"{case}: enhetschefen har svarat på eskaleringen, läs journalen"
            messages.notify([case.responsible], case, said, act.at)
        return {"note": note.pk}


class FollowClient(CaseCommand[ExtraNeed]):
    """The person is planned in another unit now; the need goes there, and who answers for it keeps
    it until somebody there takes it over (PLN-21)."""

    label = "Följ personen till en annan enhet"
    automatic = True

    def apply(self, case: ExtraNeed, act: Act) -> Kept:
        before, case.unit = case.unit, case.client.unit
        if case.responsible:
            case.save(update_fields=["unit"])
            let_see(case, case.responsible, act.day)
            said = f"{case}: personen planeras nu av {case.unit}, byt ansvarig där"
            messages.notify([case.responsible], case, said, act.at)
        tell_social_workers(case, act, f"personen planeras nu av {case.unit}")
        return {"unit": [str(before), str(case.unit)]}


class ChangeResponsible(CaseCommand[ExtraNeed]):
    """Another planner, or the nurse who called for it, answers for the contact (EXT-02)."""

    label = "Byt ansvarig"
    help = "Den sjuksköterska som påkallade den extra insatsen ansvarar för kontakten."
    roles = HANDLERS | {Role.DEPUTY_DIRECTOR}
    by_name = True
    user: User = asked.one_of("Ansvarig för kontakten", responsible, empty_label=None)

    def check(self, case: ExtraNeed, act: Act) -> None:
        if not responsible_for(case, act.day).filter(pk=self.user.pk).exists():
            raise Refused("Välj en planerare i enheten eller en sjuksköterska.")

    def apply(self, case: ExtraNeed, act: Act) -> None:
        case.responsible = self.user
        let_see(case, self.user, act.day)
        if act.user is None or act.user.pk != self.user.pk:
            said = f"{case}: du ansvarar nu för kontakten med socialsekreteraren"
            messages.notify([self.user], case, said, act.at)


class WriteNote(actions.WriteNote):
    """A note in the need's journal."""

    roles = READERS
    by_name = True


COMMANDS = (
    RecordContact, ApplyForNeed, EndNeed, DecideNeed, AnswerEscalation, ChangeResponsible,
    FollowClient, WriteNote, actions.Escalate,
)  # fmt: skip
