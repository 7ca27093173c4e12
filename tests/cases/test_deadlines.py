"""Why a deadline falls when it does, and what its light says. Dates worked out by hand."""

from datetime import date

from cases.deadlines import LADDER, Budget, Extension, Suspension, compute, light, next_rung_on

ROUTINE = "rutinen"


def test_a_municipal_deadline_on_a_sunday_stays_and_says_why():
    """CAP-01, CAP-03: Sunday 15 Nov + 14 days = Sunday 29 Nov."""
    found = compute(Budget(days=14), date(2026, 11, 15), roll=False, source=ROUTINE)
    assert found.due == date(2026, 11, 29)
    assert found.why == (
        "sön 15 nov 2026: tiden börjar löpa",
        "+ 14 dagar enligt rutinen = sön 29 nov 2026",
        "= sön 29 nov 2026, söndag; kommunens egen tid, flyttas inte",
    )


def test_a_statutory_deadline_on_christmas_eve_is_moved_and_says_why():
    """CAP-03"""
    found = compute(Budget(weeks=3), date(2026, 12, 3), roll=True, source="LOV 10 kap.")
    assert found.due == date(2026, 12, 28)
    assert found.why[-1] == (
        "tors 24 dec 2026 är julafton, flyttas till mån 28 dec 2026 (lag 1930:173 2 §)"
    )


def test_a_suspension_adds_its_days_both_inclusive():
    """CAP-01: 12 weeks from 2 Mar = 25 May; 10-19 Mar is ten days; 25 May + 10 = 4 June."""
    pause = Suspension(date(2026, 3, 10), date(2026, 3, 19), "komplettering")
    found = compute(
        Budget(weeks=12), date(2026, 3, 2), roll=False, source="underlaget", suspensions=[pause]
    )
    assert found.due == date(2026, 6, 4)
    assert "+ 10 dagars uppehåll" in found.why[2]


def test_an_open_suspension_counts_up_to_the_day_asked():
    """CAP-01: 25 May + the three days 10, 11 and 12 March."""
    pause = Suspension(date(2026, 3, 10), None, "komplettering")
    found = compute(
        Budget(weeks=12),
        date(2026, 3, 2),
        roll=False,
        source="underlaget",
        suspensions=[pause],
        until=date(2026, 3, 12),
    )
    assert found.due == date(2026, 5, 28)


def test_an_extension_adds_its_days_with_decider_and_reason():
    """CAP-01: 2 Mar + 14 + 5 = 21 Mar."""
    extra = Extension(5, "sjukdom", "Birgitta Lindehall")
    found = compute(
        Budget(days=14), date(2026, 3, 2), roll=False, source=ROUTINE, extensions=[extra]
    )
    assert found.due == date(2026, 3, 21)
    assert "+ 5 dagars förlängning av Birgitta Lindehall: sjukdom" in found.why


def test_working_days_count_past_easter():
    """CAP-02: Wed 1 Apr 2026 + 3 working days: 2 Apr, 7 Apr (after Easter), 8 Apr."""
    found = compute(Budget(working_days=3), date(2026, 4, 1), roll=False, source="LOV 8:2")
    assert found.due == date(2026, 4, 8)


def test_twelve_working_days_before_a_meeting():
    """CAP-09: Wed 16 Dec back 12 working days is Mon 30 Nov."""
    found = compute(Budget(working_days=-12), date(2026, 12, 16), roll=False, source="plan")
    assert found.due == date(2026, 11, 30)


def test_the_light_says_colour_and_days():
    """CAP-01"""
    today = date(2026, 11, 24)
    assert light(date(2026, 11, 22), today, 7) == ("red", "Röd – 2 dagar sen")
    assert light(date(2026, 11, 24), today, 7) == ("amber", "Gul – i dag")
    assert light(date(2026, 11, 25), today, 7) == ("amber", "Gul – 1 dag kvar")
    assert light(date(2026, 12, 1), today, 7) == ("amber", "Gul – 7 dagar kvar")
    assert light(date(2026, 12, 2), today, 7) == ("green", "Grön – 8 dagar kvar")


def test_the_ladder_looks_next_at_the_first_rung_that_has_not_fired():
    """CAP-04: due 20 Nov: reminder 17, due 20, overdue 21, escalated 23."""
    due = date(2026, 11, 20)
    assert next_rung_on(LADDER, due, set()) == date(2026, 11, 17)
    assert next_rung_on(LADDER, due, {"reminder", "due"}) == date(2026, 11, 21)
    assert next_rung_on(LADDER, due, {rung.code for rung in LADDER}) is None
