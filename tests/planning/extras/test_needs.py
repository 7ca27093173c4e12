"""Extra needs: begun by the visit, contacted, applied for, ended. EXT-01 to EXT-05."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from audit.act import Act
from audit.models import Event
from cases import ledger
from cases.models import Notification, Setting
from clients.models import CareDecision
from door.refusals import Blocked, NotAllowed, Refused
from organisation.models import Unit
from organisation.roles import Role
from planning.extras import commands, rules
from planning.models import Absence, ExtraNeed, NeedNotice, Visit
from tests.factories import SINCE, at, person, root_unit
from tests.planning.extras.world import FRIDAY, SATURDAY, World

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MONDAY, DAY_TEN = date(2026, 11, 30), date(2026, 12, 8)


@pytest.fixture
def w():
    return World()


def event(need: ExtraNeed, name: str, kind: str = "change") -> dict:
    found = Event.objects.filter(chain__name=need.chain, name=name, kind=kind)
    return found.order_by("-seq").first().values.values


def inbox(user) -> list[str]:
    return list(
        Notification.objects.filter(user=user).order_by("pk").values_list("text", flat=True)
    )


def notices(need: ExtraNeed) -> list[str]:
    return list(NeedNotice.objects.filter(need=need).values_list("about", flat=True))


def due(need: ExtraNeed, rule: str) -> date:
    return need.deadlines.running().get(rule=rule).due


def test_a_visit_beyond_what_is_granted_begins_a_need_in_its_own_transaction(w):
    """EXT-01: planned on a Friday evening, so the contact is due on Monday; day 0 is Saturday the
    28th, so day ten is Tuesday 8 December."""
    visit, [started] = w.extra()
    need = started.need
    assert started.is_new
    assert (need.state, need.first_day, need.responsible) == ("notify", SATURDAY, w.planner)
    assert need.number == "EXT-2026-0001"
    assert visit.origin == Visit.Origin.EXTRA
    assert list(need.visits.all()) == [visit]
    assert (due(need, "extra_contact"), due(need, "extra_ten_days")) == (MONDAY, DAY_TEN)
    assert event(need, "open_extra_need")["title"] == "Dusch"  # never who it is
    assert notices(need) == ["started"]
    assert inbox(w.social_worker) == [
        "EXT-2026-0001: extra insats (dusch) från lördag 28 november 2026"
    ]
    with pytest.raises(Refused, match="framtiden"):
        w.contacted(need, FRIDAY, made_on=MONDAY)
    assert event(need, "record_contact", "refusal")["code"] == "refused"


def test_the_planner_is_told_whom_by_when_and_why(w):
    """EXT-01, in words. Saturday and Sunday are no weekdays."""
    [started] = w.extra()[1]
    assert started.words(Act(w.planner, None, at(FRIDAY, 18))) == (
        "Extra insats EXT-2026-0001 (Dusch): Anna Skogmark kontaktar Leila Havsby senast måndag 30 "
        "november 2026, nästa vardag efter fredag 27 november 2026, då det planerades (lördag och "
        "söndag är inga vardagar). Dag tio är tisdag 8 december 2026."
    )
    assert rules.why_contact(date(2026, 4, 2)).endswith(
        "(långfredagen, lördag, påskdagen och annandag påsk är inga vardagar)"
    )


def test_what_is_granted_needs_nobody_to_be_told(w):
    """EXT-01: care is granted once a day; the second visit of a day is extra, as is a shower."""
    first, none = w.extra(services=(w.care,))
    assert (none, first.origin) == ([], Visit.Origin.BY_HAND)
    second, [started] = w.extra(services=(w.care,), start=900)
    assert (started.need.service, second.origin) == (w.care, Visit.Origin.EXTRA)
    assert ExtraNeed.objects.count() == 1


def test_further_visits_join_and_an_earlier_one_moves_day_ten(w):
    """EXT-01: one need per person and service; EXT-03: day 0 is the first day of the need."""
    need = w.need()
    later, [joined] = w.extra(date(2026, 11, 29))
    assert not joined.is_new
    assert set(need.visits.all()) == {later, need.visits.first()}
    w.extra(FRIDAY, start=1200)
    need.refresh_from_db()
    assert need.first_day == FRIDAY
    assert due(need, "extra_ten_days") == date(2026, 12, 7)
    assert notices(need) == ["started"]
    assert event(need, "join_extra_need")["first_day"] == ["2026-11-28", "2026-11-27"]
    twin = ExtraNeed(
        client=w.astrid,
        service=w.shower,
        first_day=SATURDAY,
        kind="extra_need",
        state="notify",
        title="Dusch",
        unit=w.unit,
        opened_at=at(FRIDAY),
        state_since=at(FRIDAY),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


def test_the_nurse_who_called_is_the_one_responsible_also_of_another_unit(w):
    """EXT-02"""
    health = Unit.objects.create(name="Hälso- och sjukvård", parent=root_unit(), valid_from=SINCE)
    eva = person(Role.NURSE, health, "Eva Lindesnäs", "eva")
    need = w.need(called_by=eva)
    assert (need.responsible, need.called_by) == (eva, eva)
    assert inbox(eva) == [
        f"{need}: du påkallade en extra insats, kontakta socialsekreteraren senast måndag 30 "
        "november 2026"
    ]
    done = w.do(need, w.contact(MONDAY), MONDAY, by=eva)
    assert done.state == "running"
    stranger = person(Role.NURSE, health, "Nils Okänd", "nils")
    with pytest.raises(NotAllowed, match="inte tillgång"):
        w.do(need, commands.EndNeed(ended_on=MONDAY, why="x"), MONDAY, by=stranger)


def test_the_contact_is_on_record_with_channel_and_by_whom(w):
    """EXT-01, EXT-02"""
    need = w.contacted(w.need(), MONDAY)
    row = need.contacts.get()
    assert (row.channel, row.made_by, row.made_on) == ("telephone", w.planner, MONDAY)
    assert need.deadlines.get(rule="extra_contact").met_on == MONDAY
    assert notices(need) == ["started", "contact"]
    assert event(need, "record_contact")["made_on"] == "2026-11-30"
    with pytest.raises(Refused, match="går inte att göra"):
        w.contacted(need, MONDAY)


def test_an_application_is_dated_from_the_first_day_when_ten_have_run(w):
    """EXT-03: day ten is Tuesday 8 December; the day before is too soon."""
    need = w.contacted(w.need(), MONDAY)
    apply = w.contact(date(2026, 12, 7), commands.ApplyForNeed)
    with pytest.raises(Blocked, match="tisdag 8 december"):
        w.do(need, apply, date(2026, 12, 7))
    need = w.do(need, w.contact(DAY_TEN, commands.ApplyForNeed), DAY_TEN)
    assert (need.state, need.application_from, need.renewed_on) == ("renewed", SATURDAY, DAY_TEN)
    assert need.deadlines.get(rule="extra_ten_days").met_on == DAY_TEN
    assert notices(need) == ["started", "contact", "renewed"]
    assert event(need, "apply_for_need")["application_from"] == "2026-11-28"
    assert "ansökan om dusch från lördag 28 november 2026" in inbox(w.social_worker)[-1]


@pytest.mark.parametrize(
    ("chosen", "first"), [(True, date(2026, 12, 4)), (False, date(2026, 12, 6))]
)
def test_contact_on_a_red_day_may_be_made_the_weekday_before_where_that_is_chosen(w, chosen, first):
    """EXT-03: day 0 is Thursday 26 November, day ten Sunday 6 December, which never moves."""
    Setting.objects.create(key=rules.BEFORE_RED_DAY, value=chosen)
    Setting.objects.create(key="municipal_time_rolls", value=True)
    need = w.need(day=date(2026, 11, 26), planned=date(2026, 11, 26))
    need = w.contacted(need, FRIDAY)
    assert due(need, "extra_ten_days") == date(2026, 12, 6)
    early = date(2026, 12, 3) if chosen else date(2026, 12, 4)
    with pytest.raises(Blocked):
        w.do(need, w.contact(early, commands.ApplyForNeed), early)
    assert w.do(need, w.contact(first, commands.ApplyForNeed), first).state == "renewed"
    assert event(need, "apply_for_need", "refusal")["code"] == "blocked"


def test_an_ended_need_loses_its_visits_and_the_social_worker_is_told(w):
    """EXT-04: Saturday's visit is done; Monday's at ten has not begun at nine; Tuesday's goes."""
    need = w.need()
    monday, tuesday = (w.extra(day)[0] for day in (MONDAY, date(2026, 12, 1)))
    early = w.extra(MONDAY, start=480)[0]
    with pytest.raises(Refused, match="kan inte ha slutat före"):
        w.do(need, commands.EndNeed(ended_on=FRIDAY, why="Frisk"), MONDAY)
    need = w.do(need, commands.EndNeed(ended_on=MONDAY, why="Klarar sig själv"), MONDAY)
    assert (need.state, need.closed_on, need.is_running) == ("ended", MONDAY, False)
    assert event(need, "end_need")["removed"] == [monday.pk, tuesday.pk]
    statuses = {v.pk: v.status for v in need.visits.all()}
    assert [statuses[v.pk] for v in (early, monday, tuesday)] == ["planned", "removed", "removed"]
    assert tuesday.changes.get().after["reason"] == "Det extra behovet har upphört"
    assert inbox(w.social_worker)[-1] == (
        f"{need}: behovet (dusch) upphörde måndag 30 november 2026, 2 planerade besök togs bort"
    )
    assert notices(need) == ["started", "ended"]
    assert not need.deadlines.running().exists()


def test_a_removed_visit_does_not_come_back_when_its_need_has_ended(w):
    """EXT-04: a new visit begins a new need instead."""
    need = w.need()
    w.do(need, commands.EndNeed(ended_on=SATURDAY, why="Frisk"), FRIDAY)
    visit = need.visits.get()
    w.plan = visit.plan
    with pytest.raises(Refused, match="Behovet har upphört"):
        w.change(visit, "status", {"status": "planned", "reason": ""})
    assert w.need().pk != need.pk


def test_a_visit_with_something_else_in_it_loses_the_service_alone(w):
    """EXT-04"""
    need = w.need(services=(w.shower, w.care))
    w.do(need, commands.EndNeed(ended_on=SATURDAY, why="Frisk"), FRIDAY)
    visit = need.visits.get()
    assert visit.status == "planned"
    assert list(visit.services.all()) == [w.care]


def test_what_was_forgotten_is_escalated_once_to_the_unit_manager_who_answers(w):
    """EXT-05: after day ten, Tuesday 8 December; three days of downtime, and two sweeps."""
    need = w.contacted(w.need(), MONDAY)
    ledger.sweep(at(DAY_TEN))
    assert inbox(w.manager) == []
    day_ten = "Tiden för att ansöka om insatsen eller avsluta den (dag tio)"
    assert f"{need}: {day_ten} går ut i dag, tis 8 dec 2026" in inbox(w.planner)
    for _ in range(2):
        ledger.sweep(at(date(2026, 12, 11)))
    [told] = inbox(w.manager)
    assert told == f"{need}: {day_ten} gick ut tis 8 dec 2026. Det är inte gjort"
    answer = commands.AnswerEscalation(answer="Sofia ringer i dag.")
    with pytest.raises(NotAllowed):
        w.do(need, answer, date(2026, 12, 11))
    w.do(need, answer, date(2026, 12, 11), by=w.manager)
    assert need.notes.get().text == "Svar på eskaleringen: Sofia ringer i dag."
    assert event(need, "answer_escalation")["note"] == need.notes.get().pk
    w.do(need, commands.EndNeed(ended_on=date(2026, 12, 11), why="Frisk"), date(2026, 12, 11))
    assert need.deadlines.get(rule="extra_ten_days").was_late


def test_a_social_worker_grants_from_the_first_day_or_rejects(w):
    """EXT-03, CAP-16: the decision is a person's, and holds from the first day of the need."""
    need = w.contacted(w.need(), MONDAY)
    w.extra(DAY_TEN)
    stamp = {"recorded_at": at(MONDAY), "recorded_by": w.planner}
    late = CareDecision.objects.create(
        client=w.astrid,
        legal_basis="sol_11_1",
        decided_on=MONDAY,
        decided_by="Leila Havsby",
        valid_from=MONDAY,
        **stamp,
    )
    granted = commands.DecideNeed(granted=True, decision=late)
    with pytest.raises(NotAllowed):
        w.do(need, granted, MONDAY)
    with pytest.raises(Refused, match="behovet började"):
        w.do(need, granted, MONDAY, by=w.social_worker)
    CareDecision.objects.filter(pk=late.pk).update(valid_from=SATURDAY)
    late.refresh_from_db()
    need = w.do(need, granted, MONDAY, by=w.social_worker)
    assert (need.state, need.decision, need.visits.filter(status="planned").count()) == (
        "decided",
        late,
        2,
    )
    other = w.contacted(w.need(day=MONDAY), MONDAY)
    rejected = w.do(other, commands.DecideNeed(granted=False), MONDAY, by=w.social_worker)
    assert (rejected.state, rejected.decision) == ("decided", None)
    assert event(rejected, "decide_need")["removed"] == [other.visits.get().pk]
    assert inbox(w.planner)[-1] == f"{other}: extra insats avslagen"


def test_nobody_away_or_ended_begins_a_need(w):
    """EXT-01, PLN-09"""
    stamp = {"recorded_at": at(FRIDAY), "recorded_by": w.planner}
    away = Absence.objects.create(client=w.astrid, why="hospital", first=FRIDAY, **stamp)
    with pytest.raises(Refused, match="är borta fredag 27 november 2026 till tills vidare"):
        w.extra()
    Absence.objects.filter(pk=away.pk).update(cancelled_at=at(FRIDAY))
    w.astrid.active_to = FRIDAY
    w.astrid.save()
    with pytest.raises(Refused, match="är avslutad sedan fredag 27 november 2026"):
        w.extra()
    assert ExtraNeed.objects.count() == Visit.objects.count() == 0
