"""The start page, each role's first page, and the pages of refusal."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from cases.pages.worklist import with_doors
from cases.views import CASE_READERS
from organisation.access import logged_in, public
from organisation.request import Request
from organisation.roles import Role

BEGIN_HERE = {
    Role.DEPUTY_DIRECTOR: (
        ("Se vilka ärenden som är försenade", "cases:overview", "?visa=forsenade"),
        ("Läs förslag som väntar på ditt samråd", "cases:overview", "?lage=assessment"),
        ("Fördela ärenden utan handläggare", "cases:worklist", "?ansvarig=ingen"),
        ("Se årets uppföljningar och kontroller", "duties:wheel", ""),
        ("Se hur det går med extra insatser", "extras:figures", ""),
    ),
    Role.DEVELOPMENT_STRATEGIST: (
        ("Granska en ansökan som nyss kommit in", "cases:worklist", "?lage=received"),
        ("Registrera en ansökan på papper", "applications:enter", ""),
        ("Följ upp dina ärenden", "cases:worklist", "?visa=mina"),
        ("Se vad som ska göras i år", "duties:wheel", ""),
    ),
    Role.COMMITTEE_SECRETARY: (
        ("Lås utskicket till nästa sammanträde", "committee:meetings", ""),
        ("Registrera nämndens beslut", "cases:worklist", "?lage=committee"),
        ("Meddela sökande", "cases:worklist", "?lage=decided"),
    ),
    Role.VIVA_ADMINISTRATOR: (
        ("Lägg upp en användare", "organisation:users", ""),
        ("Ange en ersättare för en period", "organisation:substitutes", ""),
        ("Se över enheterna", "organisation:units", ""),
    ),
    Role.INVESTIGATOR: (
        ("Registrera kreditupplysning och skattekontroll", "cases:worklist", "?lage=handling"),
        ("Skriv underlag för MBL", "cases:worklist", "?lage=mbl"),
        ("Se över förfrågningsunderlaget", "specifications:list", ""),
    ),
    Role.REGISTRAR: (
        ("Registrera tjänsteanteckningar i Platina", "cases:to_register", ""),
        ("Registrera en ansökan på papper", "applications:enter", ""),
        ("Sök ett ärende", "cases:search", ""),
    ),
    Role.CONTROLLER: (
        ("Granska verksamhetsberättelser och årsredovisningar", "cases:worklist", "?slag=control"),
        ("Se utförarna och deras avtal", "contracts:register", ""),
        ("Jämför uppföljningar", "followups:comparison", ""),
    ),
    Role.SOCIAL_WORKER: (
        ("Besluta om extra insatser", "extras:list", ""),
        ("Registrera ett val av utförare", "contracts:register", ""),
        ("Rapportera en avvikelse", "escalations:report", ""),
        ("Se vad den som väljer får läsa", "contracts:choose", ""),
    ),
    Role.FIRST_SOCIAL_WORKER: (
        ("Delta i uppföljningar", "cases:worklist", "?slag=follow_up"),
        ("Se utförarna och deras avtal", "contracts:register", ""),
        ("Rapportera en avvikelse", "escalations:report", ""),
    ),
    Role.PROCUREMENT_OFFICER: (
        ("Se pågående upphandlingar", "cases:worklist", "?slag=tender"),
        ("Se avtal med utförare", "contracts:register", ""),
        ("Se över förfrågningsunderlaget", "specifications:list", ""),
    ),
    Role.PLANNER: (
        ("Planera morgondagen", "board:board", ""),
        ("Läs nya beställningar", "baseplans:list", ""),
        ("Följ extra insatser och deras tio dagar", "extras:list", ""),
    ),
    Role.UNIT_MANAGER: (
        ("Se extra insatser som har glömts", "extras:list", "?visa=forsenade"),
        ("Se dagens plan", "board:board", ""),
        ("Se personalens scheman", "staffing:schedule", ""),
    ),
    Role.NURSE: (
        ("Kontakta socialsekreteraren om det du har påkallat", "extras:list", "?visa=mina"),
        ("Läs om brukare", "clients:list", ""),
        ("Rapportera en avvikelse", "escalations:report", ""),
    ),
    Role.AUDITOR: (
        ("Gå igenom loggade läsningar", "organisation:access_log", ""),
        ("Se vad en person har läst", "organisation:access_log", ""),
        ("Kontrollera att loggen är hel", "organisation:access_log", "#hel"),
    ),
}
"""The first tasks of each role that has work in the product."""


@public
def start(request: Request) -> HttpResponse:
    """What Kundval is and where a company applies; logged in, the person's own first page."""
    if request.user.is_authenticated:
        return redirect("home")
    return render(request, "start.html")


@logged_in
def home(request: Request) -> HttpResponse:
    """Where a role begins: three tasks, and what is new in the inbox."""
    actor = request.actor
    if actor.is_outside:
        return redirect("portal:home")
    tasks = [
        (label, reverse(url_name) + query)
        for role in actor.roles
        for label, url_name, query in BEGIN_HERE.get(role, ())
    ][:6] or ([("Se ärendena", reverse("cases:overview"))] if actor.has_role(*CASE_READERS) else [])
    unread = request.user.notifications.filter(read_at=None).select_related("case")[:8]
    return render(request, "home.html", {"tasks": tasks, "unread": with_doors(request, unread)})


def forbidden(request: Request, exception: Exception) -> HttpResponse:
    """403, with what to do."""
    return render(request, "403.html", {"why": str(exception)}, status=403)


def not_found(request: Request, exception: Exception) -> HttpResponse:
    """404: also for what the person may not know exists."""
    return render(request, "404.html", status=404)


@public
def csrf_failure(request: Request, reason: str = "") -> HttpResponse:
    """A form whose page is too old."""
    return render(
        request,
        "403.html",
        {"why": "Sidan har legat öppen för länge. Gå tillbaka, ladda om den och skicka igen."},
        status=403,
    )
