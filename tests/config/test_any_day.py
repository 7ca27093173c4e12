"""The demo on other days than today, and a start that stops half-way. DAY-01."""

import os
import random
import subprocess
import sys
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import clock, triggers
from bench import soundness
from bench.any_day import chosen
from config.demo import applications, loading
from config.demo.timeline import Thread, Timeline
from organisation.models import Unit
from procurement.followups.models import QuestionTemplate
from procurement.introductions.models import ProgrammeTemplate
from tests.factories import SINCE

pytestmark = pytest.mark.django_db
SEED = 12
OTHER_DAYS = random.Random(SEED).sample(chosen(200, SEED), 1)
"""Beside today, on which `test_every_page` loads it; `python -m bench.any_day` takes as many as one wants."""


@pytest.mark.long
@pytest.mark.parametrize("day", OTHER_DAYS, ids=str)
def test_the_demo_loads_on_any_day_and_shows_what_it_promises(day):
    """DAY-01: nothing is dated after the day, no event comes before the one it follows, every state
    is there, the coming days have visits, and main pages answer; nine days later nothing doubles."""
    soundness.load(day, essential=True)
    assert soundness.faults(day, essential=True) == []


def test_a_demo_of_a_day_before_the_installations_has_nothing_of_a_later_day():
    """DAY-01: the templates that the installation came with today were there when the demo's began."""
    long_ago = clock.today() - timedelta(days=90)
    loading._administration(long_ago)
    for templates in (ProgrammeTemplate, QuestionTemplate):
        assert templates.objects.exists()
        assert not templates.objects.filter(published_on__gt=long_ago).exists()


def test_the_hard_days_are_always_among_those_tried():
    """DAY-01: the leap day, week 53, Christmas Eve, Easter Sunday (clocks forward), clocks back."""
    hard = {"2028-02-29", "2026-12-31", "2026-12-24", "2027-03-28", "2027-10-31", "2027-06-20"}
    for seed in (1, 2):
        assert hard <= {str(day) for day in chosen(0, seed)}
    assert len(chosen(60, 1)) == 60
    assert chosen(60, 1) == chosen(60, 1) != chosen(60, 2)


def test_what_follows_never_comes_before_what_it_follows_when_a_holiday_moves_it():
    """DAY-01: on Wednesday 6 January 2027 (Trettondedag jul), the deed of 5 days ago (1 January) and
    that of 3 days ago (Sunday) both come on Monday 4 January, in their order; what a holiday would
    move past today happens today."""
    timeline = Timeline(date(2027, 1, 6))
    thread = Thread(timeline)
    thread.ago(5, lambda at: None)
    thread.ago(3, lambda at: None)
    thread.after(0, lambda at: None)
    thread.ago(0, lambda at: None)
    days = [str(day) for day, _, _ in timeline.deeds]
    assert days == ["2027-01-04", "2027-01-04", "2027-01-04", "2027-01-06"]


def test_the_committee_meets_on_wednesdays_that_are_no_holidays_with_time_for_its_documents():
    """DAY-01, CAP-09: as of 7 December 2026 the first Wednesday whose documents, twelve working days
    before (eves and holidays not counted), are due on 10 December or later is 30 December (due on
    10 December); six weeks later is 10 February."""
    first, second = applications.coming_meetings(date(2026, 12, 7))
    assert (first.held_on, first.documents_due) == (date(2026, 12, 30), date(2026, 12, 10))
    assert second.held_on == date(2027, 2, 10)
    later = applications.coming_meetings(date(2026, 12, 8))
    assert [str(row.held_on) for row in later] == ["2027-02-10", "2027-03-24"]
    assert not applications.committee_meets(date(2027, 1, 6))


def make_root(today: date, say: loading.Say) -> None:
    """As little as a demo can be."""
    Unit.objects.create(name="Socialförvaltningen", valid_from=today)


def test_a_day_to_come_becomes_demodatum_and_one_that_the_demo_has_passed_is_refused(monkeypatch):
    """DAY-01"""
    monkeypatch.setattr(loading, "tell", make_root)
    ahead = clock.today() + timedelta(days=40)
    call_command("demo", as_of=ahead, only="essential", verbosity=0)
    assert clock.today() == ahead
    assert Unit.objects.get().valid_from == ahead
    monkeypatch.setattr(loading, "is_told", lambda: True)
    with pytest.raises(CommandError, match="Load it anew with --reset"):
        call_command("demo", as_of=ahead - timedelta(days=1), only="essential", verbosity=0)
    assert clock.today() == ahead


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
@pytest.mark.django_db(transaction=True)
def test_a_loading_that_stops_half_way_leaves_nothing(monkeypatch, stop):
    """DAY-01: also at Ctrl-C. The next one begins anew."""

    def stopped(today: date, say: loading.Say) -> None:
        make_root(today, say)
        raise stop

    monkeypatch.setattr(loading, "tell", stopped)
    with pytest.raises(stop):
        call_command("demo", only="essential", verbosity=0)
    assert not Unit.objects.exists()
    monkeypatch.setattr(loading, "tell", make_root)
    call_command("demo", only="essential", verbosity=0)
    assert Unit.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_reset_that_stops_half_way_leaves_the_demo_as_it_was(monkeypatch):
    """DAY-01: and one that does not begins on the real day, wherever *Demodatum* stood."""
    make_root(SINCE, print)
    clock.set_demo_days(30)

    def stopped(today: date, say: loading.Say) -> None:
        make_root(today, say)
        raise RuntimeError

    monkeypatch.setattr(loading, "tell", stopped)
    with pytest.raises(RuntimeError):
        call_command("demo", reset=True, only="essential", verbosity=0)
    assert Unit.objects.get().valid_from == SINCE
    assert list(triggers.faults(connection)) == []
    monkeypatch.setattr(loading, "tell", make_root)
    call_command("demo", reset=True, only="essential", verbosity=0)
    assert Unit.objects.get().valid_from == clock.today() == clock.local_date(clock.real_now())
    assert list(triggers.faults(connection)) == []


def test_a_start_that_cannot_load_says_so_in_one_line_and_ends(tmp_path):
    """DAY-01: here the database is no database."""
    (tmp_path / "kundval.sqlite3").write_text("inte en databas")
    environment = os.environ | {"KUNDVAL_DATA": str(tmp_path)}
    for name in ("DJANGO_SETTINGS_MODULE", "KUNDVAL_DATABASE", "KUNDVAL_TRACEBACK"):
        environment.pop(name, None)
    done = subprocess.run(
        [sys.executable, "-m", "config.serve", "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.startswith("Demokommunen kunde inte laddas, och inget halvt finns kvar (")
    assert "file is not a database" in line
    assert f"flytta undan mappen {tmp_path} och börja om." in line


def test_the_pages_say_that_the_demo_is_loading_until_it_is_done(client, settings, tmp_path):
    """DAY-01: and it is not emptied meanwhile."""
    settings.DATA = tmp_path
    loading.sign().touch()
    assert "Demokommunen laddas fortfarande: besök för de" in client.get("/").content.decode()
    page = client.post("/demo/aterstall/", follow=True).content.decode()
    assert "Demokommunen laddas fortfarande. Vänta en stund och försök igen." in page
    loading.sign().unlink()
    assert "laddas fortfarande" not in client.get("/").content.decode()
