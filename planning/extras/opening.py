"""How an extra need begins: with the visit, in its transaction. EXT-01, EXT-02.

The client's row is locked first, then the need's, then visits: whoever ends a need at the same time
is either before or after.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from audit import log
from audit.act import Act
from cases import flows, ledger, messages
from cases.commands import give_number, open_case
from cases.dates import full_date
from cases.models import Case
from clients.models import Client, Service
from door.refusals import Refused
from organisation.models import User
from planning import daytime
from planning.extras import notices, rules
from planning.extras.cover import cover_of
from planning.extras.people import let_see, social_workers
from planning.models import Absence, ExtraNeed, NeedNotice, Visit
from planning.plan.absences import away_of


@dataclass(frozen=True)
class Started:
    """A need that a visit began or joined, and what the planner is told of it."""

    need: ExtraNeed
    is_new: bool

    def words(self, act: Act) -> str:
        """Whom to contact, by when and why that day; of a need that was joined, where it stands."""
        need, name = self.need, self.need.service.name
        ten = f"Dag tio är {full_date(rules.day_ten(need.first_day))}."
        if not self.is_new:
            return f"Besöket hör till {need} ({name}), som redan pågår. {ten}"
        who = rules.listed([user.name for user in social_workers(need.unit, act.day)])
        due = full_date(rules.contact_by(act.day))
        return (
            f"Extra insats {need} ({name}): {need.responsible} kontaktar "
            f"{who or 'socialsekreteraren'} senast {due}, {rules.why_contact(act.day)}. {ten}"
        )


def refuse_impossible(client: Client, day: date, start: int) -> None:
    """Raise Refused for whoever cannot have a visit at a minute of the day: ended, dormant or away."""
    if client.active_to and client.active_to < day:
        raise Refused(
            f"{client.short_name} är avslutad sedan {full_date(client.active_to)}. "
            "Inget behov kan börja efter den dagen."
        )
    if client.is_dormant or client.active_from > day:
        raise Refused(
            f"{client.short_name} är inte aktiv {full_date(day)}. Ändra på brukarens sida."
        )
    if away := absence_at(client, day, start):
        until = _said(away.last, away.home_at) if away.last else "tills vidare"
        other = "tid" if away.leaves_at or away.home_at else "dag"
        raise Refused(
            f"{client.short_name} är borta {_said(away.first, away.leaves_at)} till {until} "
            f"({away.get_why_display().lower()}). Välj en annan {other}, eller ändra frånvaron först."
        )


def _said(day: date, at: time | None) -> str:
    return f"{full_date(day)} {at:%H:%M}" if at else full_date(day)


def absence_at(client: Client, day: date, start: int) -> Absence | None:
    """The absence that a minute of the day falls in."""
    found = client.absences.on(daytime.date_of(day, start))
    return next((row for row in found if away_of(row).covers(day, start)), None)


def begin(visit: Visit, act: Act, called_by: User | None = None) -> list[Started]:
    """The needs that a visit begins or joins, one per service beyond what is granted.

    In the caller's transaction, in which the visit was made; it is marked as extra. Raises Refused
    when the client cannot have a visit, or a need that is applied for began later.
    """
    client = (
        Client.objects.select_for_update(of=("self",), no_key=True)
        .select_related("unit")
        .get(pk=visit.client_id)
    )
    day = visit.plan.day
    refuse_impossible(client, day, visit.start)
    extra = cover_of(client, visit.services.all(), day, besides=visit).extra
    if extra and visit.origin != Visit.Origin.EXTRA:
        visit.origin = Visit.Origin.EXTRA
        visit.save(update_fields=["origin"])
    return _needs(client, extra, visit, act, called_by)


def _needs(
    client: Client, services: Iterable[Service], visit: Visit, act: Act, called_by: User | None
) -> list[Started]:
    found = []
    for service in services:
        need = _locked(client, service)
        is_new = need is None
        if need is None:
            need = _open(client, service, visit.plan.day, act, called_by)
        else:
            _join(need, visit, act, called_by)
        need.visits.add(visit)
        found.append(Started(need, is_new))
    return found


def _locked(client: Client, service: Service) -> ExtraNeed | None:
    running = ExtraNeed.objects.filter(client=client, service=service, is_running=True)
    pk = running.values_list("pk", flat=True).first()
    if pk is None:
        return None
    Case.objects.select_for_update().get(pk=pk)
    still = running.select_related("service", "client", "unit", "responsible")
    return still.filter(pk=pk).first()


def _open(
    client: Client, service: Service, first_day: date, act: Act, called_by: User | None
) -> ExtraNeed:
    need = ExtraNeed(
        state=ExtraNeed.State.NOTIFY,
        title=service.name,
        unit=client.unit,
        client=client,
        service=service,
        first_day=first_day,
        called_by=called_by,
        responsible=called_by or act.user,
    )
    open_case(need, act, name="open_extra_need")
    give_number(need, act.day)
    need.save()
    ledger.start(need, rules.CONTACT, act.day, anchor_text="det extra besöket planerades")
    _count_from(need)
    notices.write(need, NeedNotice.About.STARTED, act)
    if called_by:
        let_see(need, called_by, act.day)
        messages.notify(
            [called_by],
            need,
            f"{need}: du påkallade en extra insats, kontakta "
            f"socialsekreteraren senast {full_date(rules.contact_by(act.day))}",
            act.at,
        )
    messages.notify(
        social_workers(need.unit, act.day),
        need,
        f"{need}: extra insats ({service.name.lower()}) från {full_date(first_day)}",
        act.at,
    )
    flows.start(need, act.day)
    return need


def _count_from(need: ExtraNeed) -> None:
    ledger.start(need, rules.TEN_DAYS, need.first_day, anchor_text="första dagen med behov, dag 0")


def _join(need: ExtraNeed, visit: Visit, act: Act, called_by: User | None) -> None:
    """A further visit of a need that runs; an earlier one moves its first day."""
    day = visit.plan.day
    before = need.first_day
    if day < before:
        if need.application_from:
            raise Refused(
                f"{need} är redan ansökt från {full_date(before)}. Ett besök före den dagen "
                "tar du upp med socialsekreteraren."
            )
        need.first_day = day
        ledger.cancel(need, act.day, rules.TEN_DAYS.code)
        _count_from(need)
    if called_by and need.called_by is None and need.state == ExtraNeed.State.NOTIFY:
        need.called_by = need.responsible = called_by
        let_see(need, called_by, act.day)
    need.version += 1
    need.save()
    flows.advance(need, act.day)
    log.record(
        need.chain,
        "join_extra_need",
        act,
        subject=need,
        values={
            "version": need.version,
            "visit": visit.pk,
            "first_day": [str(before), str(need.first_day)],
        },
    )
