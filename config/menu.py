"""The main menu: what there is, and who it is for. Only what leads somewhere stands here."""

from dataclasses import dataclass, field

from django.urls import reverse

from cases.models import Notification
from cases.views import CASE_READERS
from clients.models import READERS as CLIENT_READERS
from organisation.access import INSIDE_ROLES
from organisation.request import Request
from organisation.roles import ADMINISTRATION, Role
from planning.staffing import reach as staffing
from planning.units import moving
from procurement.contracts.models import Contract
from procurement.escalations.views import REPORTERS
from procurement.followups.models import FollowUp

ADMINISTRATORS = frozenset({Role.VIVA_ADMINISTRATOR})
CONTRACT_READERS = Contract.reader_roles
SPECIFICATION_READERS = frozenset(
    {Role.DEPUTY_DIRECTOR, Role.DEVELOPMENT_STRATEGIST, Role.INVESTIGATOR, Role.PROCUREMENT_OFFICER}
)


@dataclass(frozen=True)
class Item:
    """A line of the menu."""

    label: str
    url_name: str
    icon: str
    roles: frozenset[str]


MENU = (
    (
        "Ärenden",
        (
            Item("Ärendeöversikt", "cases:overview", "cols", CASE_READERS),
            Item("Arbetslista", "cases:worklist", "list", CASE_READERS),
            Item("Nämnd", "committee:meetings", "gavel", ADMINISTRATION),
            Item("Att registrera", "cases:to_register", "stamp", frozenset({
                Role.REGISTRAR, Role.DEVELOPMENT_STRATEGIST, Role.COMMITTEE_SECRETARY,
            })),
        ),
    ),
    (
        "Planering",
        (
            Item("Dagbild", "board:board", "board", CLIENT_READERS),
            Item("Grundplanering", "baseplans:list", "cal", CLIENT_READERS),
            Item("Brukare", "clients:list", "people", CLIENT_READERS),
            Item("Extra insatser", "extras:list", "clock", CLIENT_READERS),
            Item("Personal", "staffing:carers", "people", staffing.READERS),
            Item("Ändringar", "history:changes", "clock", CLIENT_READERS),
            Item("Ej verkställda beslut", "unexecuted:list", "amber", CLIENT_READERS),
            Item("Insatser", "services:list", "list", CLIENT_READERS | ADMINISTRATORS),
            Item("Slå ihop och dela", "units:list", "people", moving.MOVERS),
            Item("Övning", "practice:list", "half", staffing.EDITORS),
        ),
    ),
    (
        "Utförare",
        (
            Item("Utförarregister", "contracts:register", "follow", CONTRACT_READERS),
            Item("Årshjul", "duties:wheel", "clock", CONTRACT_READERS),
            Item("Jämför uppföljningar", "followups:comparison", "stats", FollowUp.reader_roles),
            Item("Rapportera avvikelse", "escalations:report", "amber", REPORTERS),
            Item("Företag", "applications:companies", "people", ADMINISTRATION),
            Item("Mallar", "templating:list", "doc", ADMINISTRATION),
            Item("Förfrågningsunderlag", "specifications:list", "doc", SPECIFICATION_READERS),
        ),
    ),
    (
        "Organisation",
        (
            Item("Användare", "organisation:users", "people", ADMINISTRATORS),
            Item("Enheter", "organisation:units", "follow", ADMINISTRATORS | {
                Role.DEPUTY_DIRECTOR, Role.DIRECTOR}),
            Item("Ersättare", "organisation:substitutes", "people", ADMINISTRATORS | {
                Role.DEPUTY_DIRECTOR, Role.DIRECTOR}),
            Item("Ansvarsmatris", "organisation:matrix", "list", INSIDE_ROLES),
            Item("Delegationsordning", "organisation:delegation", "lock", INSIDE_ROLES),
            Item("Inställningar", "cases:preferences", "stats", ADMINISTRATORS | {
                Role.DEPUTY_DIRECTOR}),
        ),
    ),
    (
        "Kontroll",
        (
            Item("Loggkontroll", "organisation:access_log", "eye", frozenset({
                Role.AUDITOR, Role.DEPUTY_DIRECTOR, Role.DIRECTOR})),
            Item("Utgående", "cases:mail", "mail", ADMINISTRATORS | {Role.DEPUTY_DIRECTOR}),
        ),
    ),
)  # fmt: skip


@dataclass
class Shown:
    """A line of the menu as one person sees it."""

    label: str
    url: str
    icon: str
    current: bool
    count: int = 0


@dataclass
class Group:
    """A heading with its lines."""

    title: str
    items: list[Shown] = field(default_factory=list)


def menu(request: Request) -> list[Group]:
    """The menu of the person who asks."""
    if not request.user.is_authenticated or request.actor.is_outside:
        return []
    shown = [Group("Mitt", [_inbox(request)])]
    for title, items in MENU:
        mine = [_shown(request, item) for item in items if request.actor.has_role(*item.roles)]
        if mine:
            shown.append(Group(title, mine))
    return shown


def _shown(request: Request, item: Item) -> Shown:
    url = reverse(item.url_name)
    return Shown(item.label, url, item.icon, _is_here(request, url))


def _inbox(request: Request) -> Shown:
    url = reverse("cases:inbox")
    unread = Notification.objects.filter(user=request.user, read_at=None).count()
    return Shown("Inkorg", url, "mail", _is_here(request, url), unread)


def _is_here(request: Request, url: str) -> bool:
    """Whether the page belongs under the line; the overview's address begins every case's."""
    if url == reverse("cases:overview"):
        return request.path == url
    return request.path.startswith(url)
