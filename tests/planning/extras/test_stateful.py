"""A model of extra needs: whatever days, nurses, absences, endings, downtime and sweepers, there is
never two notices of a kind for one need, none is missing, and every removal is told. EXT-01 to EXT-05.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from audit import sealing
from audit.act import Act
from audit.models import Event
from cases import calendar, ledger, outbox
from cases.models import FiredRung, Notification
from clients.models import Client
from door.refusals import Refused
from planning.away.following import follow
from planning.extras import commands, notices, rules
from planning.models import Absence, ExtraNeed, NeedNotice, Visit
from tests.factories import at
from tests.models import RolledBack, run
from tests.planning.extras.world import World

DAYS = st.sampled_from([0, 0, 0, 1, 2, 6, 12, -1, -3])
NEAR = st.sampled_from([0, 0, 0, 0, 1, 2, -1, 15])


class Needs(RolledBack):
    """Two people, days around Christmas (red days and long weekends), each example rolled back."""

    w: World
    bo: Client

    def __init__(self):
        super().__init__()
        self.clients = [self.w.astrid, self.bo]
        self.day, self.hour = date(2026, 12, 17), 18
        self.acknowledged: list[str] = []

    def teardown(self):
        assert sealing.verify().faults == ()
        super().teardown()

    # ------------------------------------------------------------------ what can happen

    @initialize(contacted=st.booleans(), days=st.sampled_from([0, 4, 10, 12]), bo=st.booleans())
    def a_need_runs_already(self, contacted, days, bo):
        need = self.w.need(day=self.day, planned=self.day)
        if bo:
            self.w.need(day=self.day, planned=self.day, client=self.bo, called_by=self.w.nurse)
        if contacted:
            self._try(need, self.w.contact(self.day), self.w.planner)
        self.day += timedelta(days=days)

    @rule(days=st.sampled_from([1, 1, 2, 3, 5, 10]))
    def days_pass(self, days):
        """More than one: the machines were down."""
        self.day += timedelta(days=days)

    @rule(twice=st.booleans())
    def sweepers_run(self, twice):
        for _ in range(1 + twice):
            ledger.sweep(at(self.day, 6))

    @rule(who=st.integers(0, 1), ahead=DAYS, nurse=st.booleans())
    def an_extra_visit_is_planned(self, who, ahead, nurse):
        day = self.day + timedelta(days=ahead)
        called_by = self.w.nurse if nurse else None
        try:
            with transaction.atomic():
                self.w.extra(day, planned=self.day, client=self.clients[who], called_by=called_by)
        except Refused:
            assert self._is_away(self.clients[who], day) or self._applied_later(who, day)

    @rule(which=st.integers(0, 3), back=NEAR, wrong=st.booleans())
    def a_contact_is_recorded(self, which, back, wrong):
        need = self._need(which)
        first = need is not None and need.state == "notify"
        kind = commands.RecordContact if first != (wrong and back) else commands.ApplyForNeed
        self._try(need, self.w.contact(self.day - timedelta(days=back), kind), self.w.planner)

    @rule(which=st.integers(0, 3), back=NEAR, by=st.sampled_from(["p", "n", "s"]))
    def a_need_is_ended(self, which, back, by):
        who = {"p": self.w.planner, "n": self.w.nurse, "s": self.w.social_worker}[by]
        need = self._need(which)
        day = max(self.day, need.first_day) if need else self.day
        self._try(need, commands.EndNeed(ended_on=day - timedelta(days=back), why="Frisk"), who)

    @rule(which=st.integers(0, 3))
    def a_need_is_rejected(self, which):
        rejected = commands.DecideNeed(granted=False)
        self._try(self._need(which), rejected, self.w.social_worker)

    @rule(who=st.integers(0, 1), first=DAYS, length=st.integers(0, 9))
    def a_person_goes_away(self, who, first, length):
        start = self.day + timedelta(days=first)
        last = start + timedelta(days=length) if length else None
        Absence.objects.create(
            client=self.clients[who],
            why="hospital",
            first=start,
            last=last,
            recorded_at=at(self.day),
            recorded_by=self.w.planner,
        )
        self._follow(who)

    @rule(who=st.integers(0, 1))
    def a_person_comes_home(self, who):
        self.clients[who].absences.update(cancelled_at=at(self.day))
        self._follow(who)

    @rule(lost=st.booleans())
    def notices_are_sent(self, lost):
        """By two senders; an answer may be lost, and then the same key comes again."""
        row = outbox.take_next(notices.party(), at(self.day, 12))
        assert row is None or outbox.take_next(notices.party(), at(self.day, 12)) != row
        if row:
            key = notices.message(row)["key"]
            assert key not in self.acknowledged
            if not lost:
                self.acknowledged.append(key)
                NeedNotice.objects.filter(pk=row.pk).update(
                    state="taken", acknowledged_at=at(self.day, 12), next_try_at=None
                )

    # ------------------------------------------------------------------ what holds

    @invariant()
    def there_is_one_open_need_per_person_and_service(self):
        running = ExtraNeed.objects.filter(is_running=True).values("client", "service")
        assert not running.annotate(n=Count("pk")).filter(n__gt=1).exists()
        for need in ExtraNeed.objects.all():
            assert need.is_running == (need.closed_on is None)

    @invariant()
    def each_need_has_exactly_the_notices_that_its_life_asks_for(self):
        for need in ExtraNeed.objects.all():
            wanted = ["started"]
            if need.contacts.filter(round="first").exists():
                wanted.append("contact")
            if need.renewed_on:
                wanted.append("renewed")
            told = list(need.notices.values_list("about", flat=True))
            rejected = need.decided_on and not need.decision_id and not need.ended_on
            if need.ended_on or (rejected and "ended" in told):
                wanted.append("ended")
            assert told == wanted

    @invariant()
    def every_removal_is_on_record_and_told(self):
        for need in ExtraNeed.objects.filter(ended_on__isnull=False):
            for visit in need.visits.standing():
                assert visit.plan.day <= max(need.ended_on, need.closed_on)
                assert visit.plan.day <= need.ended_on
            ended = Event.objects.get(chain__name=need.chain, name="end_need", kind="change")
            removed = ended.values.values["removed"]
            for visit in Visit.objects.filter(pk__in=removed):
                assert visit.changes.filter(group="status").exists()
            told = Notification.objects.filter(user=self.w.social_worker, case=need.pk)
            assert told.filter(text__contains="upphörde").count() == 1

    @invariant()
    def the_days_are_those_of_the_rule_and_no_rung_fires_twice(self):
        for need in ExtraNeed.objects.filter(is_running=True):
            [ten] = need.deadlines.filter(rule="extra_ten_days", cancelled_on=None)
            assert ten.due == need.first_day + timedelta(days=10)
            [contact] = need.deadlines.filter(rule="extra_contact")
            assert contact.due > contact.anchor
            assert calendar.is_working_day(contact.due)
        fired = FiredRung.objects.values("deadline", "rung", "due").annotate(n=Count("pk"))
        assert not fired.filter(n__gt=1).exists()

    # ------------------------------------------------------------------ helpers

    def _need(self, which):
        rows = list(ExtraNeed.objects.order_by("-is_running", "pk"))
        return rows[which % len(rows)] if rows else None

    def _try(self, need, command, who):
        if need is None:
            return
        try:
            self.w.do(need, command, self.day, by=who)
        except Refused:
            after = ExtraNeed.objects.get(pk=need.pk)
            assert (after.state, after.version) == (need.state, need.version)

    def _follow(self, who):
        follow(self.clients[who], Act(self.w.planner, None, at(self.day, self.hour)))

    def _is_away(self, client, day):
        return client.absences.on(day).exists()

    def _applied_later(self, who, day):
        running = ExtraNeed.objects.filter(client=self.clients[who], is_running=True)
        return running.filter(application_from__gt=day).exists()


@pytest.mark.hypothesis
@pytest.mark.django_db
def test_whatever_happens_no_need_is_told_twice_and_none_is_forgotten():
    """EXT-01 to EXT-05, PLN-09, PLN-19"""
    Needs.w = World()
    Needs.bo = Needs.w.client("Bo Lindtorpa")
    run(Needs, examples=6, steps=25)


@pytest.mark.django_db
@pytest.mark.parametrize("planned", [date(2026, 12, 18) + timedelta(days=n) for n in range(20)])
def test_the_contact_is_due_on_the_first_weekday_after_the_planning(planned):
    """EXT-01: over Christmas, New Year and Epiphany 2026/27."""
    red = {
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 1, 6),
    }
    day = planned + timedelta(days=1)
    while day.weekday() >= 5 or day in red:
        day += timedelta(days=1)
    assert rules.contact_by(planned) == day
