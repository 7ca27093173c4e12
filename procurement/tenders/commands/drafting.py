"""Writing the call document with its experts, the reference group, and publication. TND-01, TND-02."""

from datetime import date

from django import forms
from django.db.models import Q, QuerySet

from audit.act import Act
from cases import documents, ledger, messages
from cases.actions import not_in_future, official_note
from cases.commands import CaseCommand, CaseForm
from cases.dates import long_date
from cases.opening import Opening
from cases.permission import give_by_name, take_back
from door import asked, entry
from door.command import Kept
from door.refusals import Missing, Refused
from organisation.access import INSIDE_ROLES
from organisation.authority import actor_on
from organisation.models import RoleAssignment, Unit, User
from organisation.roles import Role
from procurement.tenders import guards, rules
from procurement.tenders.models import (
    ReferenceGroupMeeting,
    SectionExpert,
    Tender,
    TenderSection,
)

State = Tender.State
LEADING = frozenset({Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR, Role.PROCUREMENT_OFFICER})
"""Who leads the work with the call document."""
WRITING = frozenset({Role.INVESTIGATOR, Role.DEPUTY_DIRECTOR})
"""Who writes in every section, beside the section's own experts."""


def led_units(form: CaseForm[Tender]) -> QuerySet[Unit]:
    """The units in which the actor leads tenders, the highest first."""
    covered = Q(pk__in=[])
    for path in form.actor.unit_paths(LEADING):
        covered |= Q(path__startswith=path)
    return Unit.objects.filter(covered).order_by("path")


class OpenTender(Opening[Tender]):
    """A new call document for a home."""

    label = "Ny upphandling"
    help = (
        "För drift av ett särskilt boende. I nästa steg lägger du till avsnitten och utser de "
        "sakkunniga. Anbuden hanteras i upphandlingsenhetens eget system."
    )
    roles = LEADING
    home: str = asked.line(
        "Boendets namn", max_length=160, help_text="Till exempel: Strandgårdens äldreboende"
    )
    unit: Unit = asked.one_of(
        "Enhet",
        led_units,
        first=lambda form: led_units(form).first(),
        help_text="De som har sin roll i enheten eller ovanför ser ärendet.",
    )

    def belongs_to(self) -> Unit:
        return self.unit

    def new(self, act: Act) -> Tender:
        leads = actor_on(act.user, act.day).has_role(Role.INVESTIGATOR)
        return Tender(
            state=State.DRAFTING,
            title=self.home,
            home=self.home,
            responsible=act.user if leads else None,
        )


def sections(form: CaseForm[Tender]) -> QuerySet[TenderSection]:
    """Every section."""
    return form.case.sections.all()


def own_sections(form: CaseForm[Tender]) -> QuerySet[TenderSection]:
    """The sections in which the actor writes: all by role, else those they answer for."""
    if form.actor.holding(WRITING, form.case.unit.path):
        return form.case.sections.all()
    return form.case.sections.filter(
        experts__user=form.actor.user, experts__released_on=None
    ).distinct()


def next_number(form: CaseForm[Tender]) -> int:
    """The number that a new section would have at the end."""
    last = form.case.sections.last()
    return last.number + 1 if last else 1


class Drafting(CaseCommand[Tender]):
    """A verb that is possible while the call document is written."""

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return case.state == State.DRAFTING


class AddSection(Drafting):
    """A new section; its experts are named after that."""

    label = "Lägg till avsnitt"
    roles = LEADING
    number: int = asked.number("Avsnittets nummer", least=1, most=999, first=next_number)
    heading: str = asked.line("Rubrik", max_length=160, logged=True)

    def check(self, case: Tender, act: Act) -> None:
        if found := case.sections.filter(number=self.number).first():
            raise Refused(f"Avsnitt {found} finns redan. Välj ett annat nummer.")

    def apply(self, case: Tender, act: Act) -> Kept:
        row = TenderSection.objects.create(tender=case, number=self.number, heading=self.heading)
        return {"section": row.pk}


class RemoveSection(Drafting):
    """A section is taken out before publication, and with it the responsibility for it."""

    label = "Ta bort avsnitt"
    roles = LEADING
    section: TenderSection = asked.one_of("Avsnitt", sections, subject=True)

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return super().fits(case) and case.sections.exists()

    def check(self, case: Tender, act: Act) -> None:
        of_case(self.section, case)

    def apply(self, case: Tender, act: Act) -> Kept:
        removed = {
            "number": self.section.number,
            "heading": self.section.heading,
            "text": self.section.text,
        }
        for expert in self.section.standing_experts():
            release(expert, act)
        self.section.delete()
        return {"removed": removed}


def insiders(form: CaseForm[Tender]) -> QuerySet[User]:
    """Those who may be named: everybody with a role inside the municipality."""
    held = RoleAssignment.objects.on(form.day).filter(role__in=INSIDE_ROLES).values("user_id")
    return User.objects.filter(is_active=True, pk__in=held).order_by("name")


class NameExpert(CaseCommand[Tender]):
    """A named expert answers for a section until the award decision (TND-01)."""

    label = "Utse sakkunnig"
    roles = LEADING
    section: TenderSection = asked.one_of("Avsnitt", sections, subject=True)
    person: User = asked.one_of(
        "Sakkunnig",
        insiders,
        help_text="Ansvaret gäller till och med tilldelningsbeslutet, även svar på frågor.",
    )

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return case.awarded_on is None and super().fits(case) and case.sections.exists()

    def check(self, case: Tender, act: Act) -> None:
        of_case(self.section, case)
        _may_be_named(self.section, self.person, act)

    def apply(self, case: Tender, act: Act) -> Kept:
        return {"expert": name(case, self.section, self.person, act).pk}


def _may_be_named(section: TenderSection, person: User, act: Act) -> None:
    if actor_on(person, act.day).is_outside:
        raise Refused(f"{person} har ingen roll i kommunen. Välj någon annan.")
    if section.has_expert(person):
        raise Refused(f"{person} är redan sakkunnig i avsnitt {section}.")


def name(case: Tender, section: TenderSection, person: User, act: Act) -> SectionExpert:
    """Name an expert and let them see the tender, in the caller's command."""
    expert = SectionExpert.objects.create(
        section=section, user=person, named_on=act.day, **act.stamp
    )
    give_by_name(case, person)
    messages.notify([person], case, f"{case}: du är sakkunnig i avsnitt {section}", act.at)
    return expert


def release(expert: SectionExpert, act: Act) -> None:
    """End an expert's responsibility, in the caller's command; their last one closes the case to
    them."""
    expert.released_on = act.day
    expert.save(update_fields=["released_on"])
    tender = expert.section.tender
    others = SectionExpert.objects.filter(
        section__tender=tender, user=expert.user, released_on=None
    )
    if not others.exists():
        take_back(tender, expert.user)


def standing_experts(case: Tender) -> QuerySet[SectionExpert]:
    """Every expert of the tender whose responsibility runs."""
    return (
        SectionExpert.objects.filter(section__tender=case, released_on=None)
        .select_related("section__tender", "user")
        .order_by("section__number", "pk")
    )


class ReplaceExpert(CaseCommand[Tender]):
    """An expert leaves a section and somebody takes over at the same moment (TND-01)."""

    label = "Byt sakkunnig"
    roles = LEADING
    expert: SectionExpert = asked.one_of(
        "Sakkunnig som lämnar", lambda form: standing_experts(form.case)
    )
    successor: User | None = asked.one_of(
        "Tar över",
        insiders,
        default=None,
        help_text="Ansvaret löper till och med tilldelningsbeslutet, så någon måste ta över.",
    )

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return super().fits(case) and standing_experts(case).exists()

    def check(self, case: Tender, act: Act) -> None:
        of_case(self.expert.section, case)
        if self.expert.released_on:
            raise Refused("Ansvaret är redan avslutat. Ladda om sidan.")
        if self.successor is None:
            raise Refused(
                f"{self.expert.user} svarar för avsnitt {self.expert.section} till och med "
                "tilldelningsbeslutet. Välj vem som tar över."
            )
        _may_be_named(self.expert.section, self.successor, act)

    def apply(self, case: Tender, act: Act) -> Kept:
        assert self.successor  # `check` refuses without
        release(self.expert, act)
        successor = name(case, self.expert.section, self.successor, act)
        text = f"{case}: {self.successor} tar över avsnitt {self.expert.section} efter dig"
        messages.notify([self.expert.user], case, text, act.at, opens=False)
        return {"named": successor.pk}


class DraftForm(CaseForm[Tender]):
    """The text that stands in the section is where the new one begins."""

    def chosen(self) -> TenderSection | None:
        """The section that the page was opened for, or that was sent."""
        wanted = self.data.get("section") if self.is_bound else self.about
        return self.offered("section").filter(pk=entry.whole_number(str(wanted or ""))).first()

    def prepare(self) -> None:
        if not self.is_bound and (section := self.chosen()):
            self.initial["text"] = section.text


class DraftSection(Drafting):
    """A section's text is written anew; what stood there stays in the event log."""

    label = "Skriv avsnitt"
    help = "Texten ersätter den som står i avsnittet. Tidigare lydelser finns i historiken."
    roles = WRITING
    by_name = True
    form = DraftForm
    section: TenderSection = asked.one_of("Avsnitt", own_sections, subject=True)
    text: str = asked.text("Text", max_length=60_000, widget=forms.Textarea(attrs={"rows": 18}))

    def check(self, case: Tender, act: Act) -> None:
        of_case(self.section, case)
        own_section(self.section, case, act, WRITING)

    def apply(self, case: Tender, act: Act) -> Kept:
        self.section.text = self.text
        self.section.ready_on = self.section.ready_by = None
        self.section.save()
        return {"text": self.text}  # the earlier wordings of a public document


class MarkSectionReady(Drafting):
    """The expert stands for the section's text as it is."""

    label = "Markera avsnitt som klart"
    roles = WRITING
    by_name = True
    section: TenderSection = asked.one_of(
        "Avsnitt", lambda form: own_sections(form).filter(ready_on=None), subject=True
    )

    @classmethod
    def fits(cls, case: Tender) -> bool:
        return super().fits(case) and case.sections.filter(ready_on=None).exists()

    def check(self, case: Tender, act: Act) -> None:
        of_case(self.section, case)
        own_section(self.section, case, act, WRITING)
        if not self.section.text.strip():
            raise Refused(f"Avsnitt {self.section} har ingen text. Skriv den först.")

    def apply(self, case: Tender, act: Act) -> None:
        self.section.ready_on, self.section.ready_by = act.day, act.user
        self.section.save()


class RecordReferenceGroup(CaseCommand[Tender]):
    """Consultation with the committee's political reference group for procurement (TND-02)."""

    label = "Registrera samråd med referensgruppen"
    roles = LEADING | {Role.DIRECTOR, Role.COMMITTEE_SECRETARY}
    held_on: date = asked.day("Hållet den", first=asked.today)
    attended: str = asked.text(
        "Deltog",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Namn och uppdrag, en på varje rad.",
    )
    outcome: str = asked.text("Resultat", max_length=10_000)

    def check(self, case: Tender, act: Act) -> None:
        not_in_future(self.held_on, act.day, "Samrådet")

    def apply(self, case: Tender, act: Act) -> None:
        ReferenceGroupMeeting.objects.create(
            tender=case,
            held_on=self.held_on,
            attended=self.attended,
            outcome=self.outcome,
            **act.stamp,
        )
        official_note(
            case,
            act,
            f"Samråd med nämndens politiska referensgrupp {self.held_on}. {self.outcome}",
        )


class PublishTender(CaseCommand[Tender]):
    """The call document is locked and open to everybody, with the days that hold (TND-01, TND-02)."""

    label = "Annonsera"
    help = "Underlaget låses och visas för alla. Sedan ändras det inte, bara förtydligas med svar."
    roles = LEADING
    transition = "publish"
    primary = True
    questions_close_on: date = asked.day("Sista dag för frågor")
    tenders_close_on: date = asked.day(
        "Sista dag för anbud",
        help_text="Anbuden lämnas i upphandlingsenhetens system. Stäm av dagen med dem.",
    )

    @classmethod
    def missing(cls, case: Tender, day: date) -> list[Missing]:
        return guards.publishing(case, day)

    def check(self, case: Tender, act: Act) -> None:
        if self.questions_close_on <= act.day:
            raise Refused(
                f"Sista dag för frågor är {long_date(self.questions_close_on)}. "
                "Välj en dag efter i dag."
            )
        if self.tenders_close_on <= self.questions_close_on:
            raise Refused(
                f"Anbud ska kunna lämnas efter {long_date(self.questions_close_on)}, som är sista "
                "dag för frågor. Rätta en av dagarna."
            )

    def apply(self, case: Tender, act: Act) -> Kept:
        case.publish(
            on=act.day,
            questions_close_on=self.questions_close_on,
            tenders_close_on=self.tenders_close_on,
        )
        case.save()  # the document below is made of what is stored
        ledger.start(
            case, rules.TENDERS_CLOSE, self.tenders_close_on, anchor_text="sista dag för anbud"
        )
        document = documents.make(case, "tender_document", act.user, act.at, lock=True)
        official_note(case, act, f"Förfrågningsunderlaget annonserat {act.day}.", document)
        return {"document": document.pk}


def of_case(section: TenderSection, case: Tender) -> None:
    """Raise Refused for a section of another tender."""
    if section.tender_id != case.pk:
        raise Refused("Avsnittet hör till en annan upphandling. Ladda om sidan och välj igen.")


def own_section(section: TenderSection, case: Tender, act: Act, roles: frozenset[str]) -> None:
    """Raise Refused unless the actor is the section's expert or holds one of the roles."""
    if section.has_expert(act.user):
        return
    if act.user and actor_on(act.user, act.day).holding(roles, case.unit.path):
        return
    raise Refused(f"Du är inte sakkunnig i avsnitt {section}. Välj ett avsnitt som du svarar för.")


COMMANDS = (
    AddSection,
    NameExpert,
    ReplaceExpert,
    DraftSection,
    MarkSectionReady,
    RemoveSection,
    RecordReferenceGroup,
    PublishTender,
)
