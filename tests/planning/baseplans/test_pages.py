"""Base planning on pages. PLN-03 to PLN-09, BEY-07."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.act import Act
from audit.models import Event
from cases.dates import short_date
from clients.models import Client
from config.demo import clients as demo
from config.demo import companies, people
from door.performing import perform
from door.refusals import Refused
from organisation.models import Provider, Unit
from organisation.roles import Role
from planning.baseplans.commands import SaveBasePlan
from planning.baseplans.generation import generate
from planning.models import Absence, BasePlan, BaseVisit, Visit
from tests.factories import SINCE, person, root_unit, words
from tests.organisation import queries_of
from tests.planning.baseplans.factories import (
    base_plan,
    decision,
    north,
    order,
    row,
    service,
    someone,
    stamp,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture(autouse=True)
def planner(client):
    user = person(Role.PLANNER, north(), "Sofia Kvarnby")
    client.force_login(user)
    return user


@pytest.fixture
def astrid():
    """A person with a visit every morning."""
    of = base_plan(someone(key_number="118"))
    for weekday in range(7):
        row(of, weekday=weekday, slot="morning")
    return of.client


def address(name: str, *args: int) -> str:
    return reverse(f"baseplans:{name}", args=args)


def text(answer) -> str:
    return answer.content.decode()


def events(of: Client) -> list[str]:
    found = Event.objects.filter(chain__name=f"client:{of.pk}", kind=Event.Kind.CHANGE)
    return list(found.order_by("seq").values_list("name", flat=True))


def stay(**more) -> dict:
    return {
        "services": [service().pk],
        "start": "10:30",
        "minutes": 60,
        "earliest": "10:00",
        "latest_end": "12:00",
        "staff_needed": 1,
        "priority": 2,
        **more,
    }


def plan(first: date, days: int) -> None:
    generate(north(), first, first + timedelta(days=days - 1), Act.by_system(clock.now()))


@pytest.mark.both
def test_changes_are_collected_in_a_draft_and_take_effect_from_a_day(client, astrid, today):
    """PLN-03: what is already planned follows, and keeps its visits."""
    plan(today, 7)
    first = astrid.base_plans.get().visits.get(weekday=2)
    client.post(
        address("visit", first.pk), stay(start="08:00", minutes=45, earliest="", latest_end="")
    )
    client.post(address("visit_add", astrid.pk, 1, 4), stay(days=[4, 5]))
    draft = astrid.base_plans.get(is_draft=True)
    assert draft.visits.count() == 9
    assert [f"{visit}"[-5:] for visit in Visit.objects.all()].count(
        "07:30"
    ) == 7  # nothing is changed yet
    tomorrow = today + timedelta(days=1)
    page = words(client.get(address("plan", astrid.pk), {"fran": tomorrow}))
    assert "dagar ändras</b> som redan är planerade" in page
    assert "Kommer: 10:30 Dusch, 60 min" in page
    answer = client.post(address("save", astrid.pk), {"fran": tomorrow}, follow=True)
    assert f"Grundplaneringen gäller från {short_date(tomorrow)}. " in text(answer)
    old, new = astrid.base_plans.order_by("valid_from")
    assert (old.valid_to, new.valid_from, new.is_draft) == (today, tomorrow, False)
    wednesday = Visit.objects.get(plan__day__week_day=4, slot="morning")
    changed = wednesday.plan.day >= tomorrow
    assert wednesday.minutes == (45 if changed else 30)
    assert Visit.objects.filter(minutes=60).count() == sum(
        (today + timedelta(days=ahead)).weekday() in (4, 5) for ahead in range(1, 7)
    )
    assert events(astrid)[-1] == "save_base_plan"


def test_a_draft_is_thrown_away_and_what_held_holds(client, astrid):
    """PLN-03"""
    seen = astrid.base_plans.get().visits.first()
    client.post(address("visit_remove", seen.pk))
    assert astrid.base_plans.get(is_draft=True).visits.count() == 6
    client.post(address("discard", astrid.pk))
    assert astrid.base_plans.get().visits.count() == 7
    assert events(astrid) == [
        "open_base_plan_draft",
        "remove_base_visit",
        "discard_base_plan_draft",
    ]


def test_weeks_are_added_like_the_first_copied_and_taken_away(client, astrid):
    """PLN-03: the slots stay, so that whoever does the visits goes on doing them."""
    client.post(address("weeks", astrid.pk), {"weeks": 2})
    draft = astrid.base_plans.get(is_draft=True)
    assert draft.visits.filter(week=2, slot="morning").count() == 7
    draft.visits.filter(week=1, weekday__gt=0).delete()
    draft.visits.filter(week=2, weekday=0).update(minutes=45)
    client.post(address("week_copy", astrid.pk, 1, 2))
    assert draft.visits.get(week=2).minutes == 30
    answer = client.post(address("weeks", astrid.pk), {"weeks": 7})
    assert answer.status_code == 422
    assert "högst 6 veckor" in text(answer)
    client.post(address("weeks", astrid.pk), {"weeks": 1})
    draft.refresh_from_db()
    assert (draft.weeks, draft.visits.count()) == (1, 1)


def test_a_copied_week_keeps_the_order_of_its_visits(client, astrid):
    """PLN-03"""
    of = astrid.base_plans.get()
    lunch = row(of, 735, slot="lunch", after=of.visits.get(weekday=0), lag_min=60)
    client.post(address("weeks", astrid.pk), {"weeks": 2})
    copied = BaseVisit.objects.get(base_plan__is_draft=True, week=2, slot="lunch")
    assert (copied.after.week, copied.after.slot, copied.lag_min) == (2, "morning", 60)
    assert lunch.after.base_plan == of


def test_the_same_click_twice_is_done_once_and_what_is_refused_is_on_record(client, astrid, today):
    """CAP-05, CAP-06, PLN-03"""
    added = stay(days=[4], key="one")
    where = address("visit_add", astrid.pk, 1, 4)
    client.post(where, added)
    assert "var redan gjort" in text(client.post(where, added, follow=True))
    assert astrid.base_plans.get(is_draft=True).visits.filter(weekday=4).count() == 2
    client.post(address("save", astrid.pk), {"fran": today - timedelta(days=1)})
    refusal = Event.objects.get(chain__name=f"client:{astrid.pk}", kind=Event.Kind.REFUSAL)
    assert refusal.name == "save_base_plan"
    assert "Det som har varit ändras inte" in refusal.values.values["message"]


def test_what_is_written_in_a_draft_makes_no_page_of_the_person_old(client, astrid):
    """CAP-05, PLN-15: a colleague has the page of a wish open meanwhile, and sends it."""
    version = Client.objects.get(pk=astrid.pk).version
    client.post(address("weeks", astrid.pk), {"weeks": 2})
    assert Client.objects.get(pk=astrid.pk).version == version


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"latest_end": "11:15"}, "Besöket slutar 11:30. Skriv 11:30 eller senare"),
        ({"earliest": "10:30", "latest_end": "11:00"}, "ryms inte 60 minuter"),
        ({"earliest": "10:45"}, "Skriv 10:30 eller tidigare, eller flytta starten"),
        ({"start": "26:00"}, "Skriv tiden som tt:mm"),
        ({"services": []}, "Välj minst en insats."),
        ({"lag_min": 60}, "Välj vilket besök det följer"),
        ({"lag_min": 60, "lag_max": 30}, "Senast 30 minuter är kortare än tidigast 60"),
    ],
)
def test_a_visit_that_cannot_be_done_is_refused_with_what_to_do(client, astrid, more, said):
    """PLN-03: a window shorter than the visit, a start outside it, an order that is none."""
    answer = client.post(address("visit_add", astrid.pk, 1, 0), stay(days=[0], **more))
    assert answer.status_code == 422
    assert said in text(answer)
    assert not BasePlan.objects.filter(is_draft=True).exists()


def test_visits_that_would_wait_for_each_other_are_refused(client, astrid):
    """PLN-03"""
    of = astrid.base_plans.get()
    first = of.visits.get(weekday=0)
    lunch = row(of, 735, slot="lunch", after=first)
    answer = client.post(
        address("visit", first.pk), stay(start="07:30", earliest="", latest_end="", after=lunch.pk)
    )
    assert "Besöken väntar på varandra: 07:30 efter 12:15 efter 07:30" in text(answer)


def test_two_visits_at_once_are_warned_of_and_kept(client, astrid):
    """PLN-03"""
    overlapping = stay(days=[0], start="07:45", earliest="", latest_end="")
    answer = client.post(address("visit_add", astrid.pk, 1, 0), overlapping, follow=True)
    assert "besöket 07:30 slutar 08:00, efter att nästa börjar 07:45" in text(answer)
    assert BaseVisit.objects.filter(start=465).exists()


def test_a_visit_late_in_the_evening_may_end_the_next_day(client, astrid):
    """BEY-06"""
    late = stay(days=[0], start="23:30", minutes=45, earliest="23:00", latest_end="00:45")
    client.post(address("visit_add", astrid.pk, 1, 0), late)
    assert BaseVisit.objects.get(start=1410).latest_end == 1485


def test_a_base_plan_never_holds_together_with_another(client, astrid, today):
    """PLN-03: not before today, not before one that is already saved for later."""
    client.post(address("weeks", astrid.pk), {"weeks": 2})
    answer = client.post(address("save", astrid.pk), {"fran": today - timedelta(days=1)})
    assert "Det som har varit ändras inte" in text(answer)
    later = today + timedelta(days=14)
    client.post(address("save", astrid.pk), {"fran": later})
    client.post(address("weeks", astrid.pk), {"weeks": 3})
    answer = client.post(address("save", astrid.pk), {"fran": today})
    assert answer.status_code == 422
    assert f"En grundplanering är redan sparad från {later}" in text(answer)
    client.post(address("save", astrid.pk), {"fran": later})
    assert list(astrid.base_plans.values_list("weeks", "valid_to")) == [
        (1, later - timedelta(days=1)),
        (3, None),
    ]


@pytest.mark.both
def test_a_draft_that_a_colleague_has_just_saved_is_not_saved_again(client, astrid, planner, today):
    """PLN-15: nothing of what was saved is lost."""
    client.post(address("weeks", astrid.pk), {"weeks": 2})
    stale = astrid.base_plans.get(is_draft=True)
    client.post(address("save", astrid.pk), {"fran": today})
    with pytest.raises(Refused, match="redan sparat"):
        perform(astrid, SaveBasePlan(draft=stale, first=today), planner, at=clock.now())
    assert astrid.base_plans.get(valid_to=None).visits.count() == 14
    assert "inget utkast" in text(client.post(address("save", astrid.pk), {}, follow=True))


def test_the_meter_and_its_warnings_stand_beside_the_matrix(client, astrid, today):
    """BEY-07, PLN-04, PLN-06"""
    order(astrid, times=7)
    order(astrid, service("cleaning", "Städning", "domestic"), minutes=60, valid_to=today)
    BaseVisit.objects.filter(weekday=0).update(staff_needed=2)
    page = text(client.get(address("plan", astrid.pk)))
    assert "<b>3,5 h</b> planerat av 4,5 h beviljat per vecka" in page
    for said in (
        "Städning är beviljad och inte planerad",
        "Beställning: Städning slutar",
        "Dubbelbemanning utan riskbedömning",
    ):
        assert said in page
    read = Event.objects.filter(name="read_base_plan", kind=Event.Kind.READ)
    assert read.count() == 1
    papers = {
        "assessed_on": today - timedelta(days=5),
        "decided_on": today,
        "decided_by": "Tommy Grenholt",
        "review_on": today,
    }
    where = reverse("clients:double_staffing", args=[astrid.pk])
    assert "Skriv en dag efter beslutet" in text(client.post(where, papers))
    client.post(where, {**papers, "review_on": today + timedelta(days=180)})
    assert "utan riskbedömning" not in text(client.get(address("plan", astrid.pk)))


def test_who_lacks_the_laundry_is_named_on_the_errand(client, astrid):
    """PLN-07"""
    errand = someone("Kringtid tvätt", is_surrounding=True)
    rooms = service("laundry-room", "Tvättstuga", "surrounding")
    given = service("laundry", "Tvätt", "domestic")
    fetched = stay(days=[1], services=[rooms.pk], serves=[astrid.pk])
    client.post(address("visit_add", errand.pk, 1, 0), fetched)
    page = text(client.get(address("plan", errand.pk)))
    assert "Astrid H saknar överlämning efter ärendet" in page
    astrid.base_plans.get().visits.get(weekday=4).services.add(given)
    assert "saknar överlämning" not in text(client.get(address("plan", errand.pk)))


def test_the_daily_list_says_what_to_see_to_and_goes_to_excel(client, astrid, today):
    """BEY-07, PLN-04, PLN-09"""
    decision(astrid, valid_to=today + timedelta(days=10))
    order(astrid, service("lunch", "Lunch"), read_on=None)
    Absence.objects.create(client=astrid, why="hospital", first=today, **stamp())
    page = text(client.get(address("deviations")))
    for said in (
        "Oläst beställning: Lunch",
        "Lunch är beviljad och inte planerad",
        "Dusch är planerad och inte beviljad",
        "10 dagar kvar",
        "hemkomst inte känd",
    ):
        assert said in page
    answer = client.get(f"{address('deviations')}?format=xlsx")
    lines = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert len(lines) == 1 + 6  # also 180 minutes more planned than granted
    assert client.get(address("list")).status_code == 200


def test_the_lists_cost_as_many_queries_for_many_as_for_few(client):
    """CAP-14"""
    pages = [address("list"), address("deviations"), reverse("clients:list")]
    seen = []
    for count in (2, 20):
        for _ in range(count):
            of = base_plan(someone())
            row(of), order(of.client), order(of.client, service("lunch", "Lunch"), read_on=None)
        seen.append([queries_of(client, page) for page in pages])
    assert seen[0] == seen[1]


def test_a_reader_sees_the_plan_and_changes_nothing(client, astrid):
    """SEC-01"""
    client.force_login(person(Role.NURSE, north()))
    page = text(client.get(address("plan", astrid.pk)))
    assert "07:30" in page
    assert "Lägg till besök" not in page
    visit = astrid.base_plans.get().visits.first()
    assert client.get(address("visit", visit.pk)).status_code == 403
    for name in ("discard", "save", "weeks"):
        assert client.post(address(name, astrid.pk)).status_code == 403


def test_nobody_of_another_unit_finds_a_base_plan(client, astrid):
    """SEC-01"""
    away = Absence.objects.create(client=astrid, why="away", first=SINCE, **stamp())
    south = Unit.objects.create(name="Hemtjänst Söder", parent=root_unit(), valid_from=SINCE)
    client.force_login(person(Role.UNIT_MANAGER, south))
    visit = astrid.base_plans.get().visits.first()
    assert client.get(address("plan", astrid.pk)).status_code == 404
    assert client.get(address("visit", visit.pk)).status_code == 404
    assert client.get(address("visit_add", astrid.pk, 1, 0)).status_code == 404
    assert client.post(address("visit_remove", visit.pk)).status_code == 404
    assert client.post(address("week_copy", astrid.pk, 1, 2)).status_code == 404
    assert client.get(reverse("clients:absence_change", args=[away.pk])).status_code == 404
    assert client.post(reverse("clients:absence_cancel", args=[away.pk])).status_code == 404
    assert "Astrid" not in text(client.get(address("list")))


def test_the_demo_has_three_hundred_people_with_about_eleven_hundred_visits_a_day(today):
    """The same each time it is made; nothing is made twice."""
    since = today - timedelta(days=600)
    persons, units = people.load_people(since), people.load_units(since)
    companies.load_in_house(units)
    own = {row.unit_id: row for row in Provider.objects.exclude(unit=None)}
    assert {units[name].pk for name in people.HOME_CARE} == set(own)
    demo.load(units, own, persons, today)
    demo.load(units, own, persons, today)
    found = Client.objects.people()
    assert found.count() == 300
    assert found.filter(has_protected_identity=True).count() == 2
    assert Client.objects.filter(is_surrounding=True).count() == 6
    assert set(BasePlan.objects.values_list("weeks", flat=True)) == {1, 2, 3, 4}
    a_day = sum(
        base_plan.visits.count() / base_plan.weeks / 7
        for base_plan in BasePlan.objects.prefetch_related("visits")
    )
    assert 1050 < a_day < 1200
