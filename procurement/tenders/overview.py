"""What the overview shows of tenders, and who waits for what. TND-01."""

from django.db.models import Q

from cases.process import Column, Starter, Waiting
from organisation.access import INSIDE_ROLES
from organisation.models import User
from organisation.roles import Role
from procurement.tenders.commands.award import AwardTender, SignResidentialContract
from procurement.tenders.commands.drafting import LEADING, DraftSection
from procurement.tenders.commands.questions import AnswerQuestion, PlaceQuestion
from procurement.tenders.models import Tender, TenderQuestion, TenderSection

State = Tender.State
KIND = Tender.case_kind


def _section_to_write(user: User) -> Q:
    rows = TenderSection.objects.filter(
        ready_on=None, experts__user=user, experts__released_on=None
    )
    return Q(state=State.DRAFTING, pk__in=rows.values("tender_id"))


def _question_to_answer(user: User) -> Q:
    rows = TenderQuestion.objects.filter(
        answered_at=None, section__experts__user=user, section__experts__released_on=None
    )
    return Q(kind=KIND, pk__in=rows.values("tender_id"))


def _question_to_place(user: User) -> Q:
    rows = TenderQuestion.objects.filter(answered_at=None, section=None)
    return Q(kind=KIND, pk__in=rows.values("tender_id"))


COLUMNS = (
    Column(
        "Upphandling", KIND,
        {
            State.DRAFTING: "Skriv avsnitten",
            State.PUBLISHED: "Besvara frågor",
            State.EVALUATION: "Registrera tilldelningsbeslut",
            State.AWARDED: "Teckna avtal",
        },
        band="Upphandling av särskilt boende",
    ),
)  # fmt: skip
WAITING = (
    Waiting(
        INSIDE_ROLES, _question_to_answer, "En fråga som du svarar för ska besvaras.", "Besvara",
        AnswerQuestion.command_name(),
    ),
    Waiting(
        INSIDE_ROLES, _section_to_write, "Ett avsnitt som du svarar för ska skrivas.", "Skriv",
        DraftSection.command_name(),
    ),
    Waiting(
        {Role.INVESTIGATOR}, _question_to_place, "En fråga ska fördelas till ett avsnitt.", "Fördela",
        PlaceQuestion.command_name(),
    ),
    Waiting(
        {Role.COMMITTEE_SECRETARY}, lambda user: Q(kind=KIND, state=State.EVALUATION),
        "Nämndens tilldelningsbeslut ska registreras.", "Registrera", AwardTender.command_name(),
    ),
    Waiting(
        {Role.DEPUTY_DIRECTOR, Role.INVESTIGATOR}, lambda user: Q(kind=KIND, state=State.AWARDED),
        "Upphandlingen är tilldelad, och avtalet ska tecknas.", "Teckna avtal",
        SignResidentialContract.command_name(),
    ),
)  # fmt: skip
STARTER = Starter("Ny upphandling", "tenders:new", LEADING)
