"""The annual wheel: what the matrix and the contracts demand, made once each. FUP-02, FUP-05."""

from collections import Counter
from datetime import date

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import clock
from audit.models import Event
from cases.models import Case, JournalNote, Notification
from organisation.models import Responsibility, RoleAssignment
from organisation.roles import Role
from procurement.contracts.commands import ChangeContract, EndContract
from procurement.duties import jobs
from procurement.duties.models import Duty
from procurement.duties.rules import MatrixRow, Term, wheel
from procurement.followups.models import FollowUp
from tests.cases.test_overview import log_in
from tests.factories import at, person
from tests.models import few
from tests.procurement.agreements import FIRST_DAY, SIGNED, agreed, contract, do, with_matrix

FIRST_YEAR = MatrixRow("first_year", "home_care", 3, "development-strategist", "deputy-director")
LATER = MatrixRow("follow_up", "home_care", 6, "development-strategist", "deputy-director")
TAX = MatrixRow("tax_control", "home_care", 12, "investigator-lawyer", "deputy-director")
REPORTS = MatrixRow("report_review", "home_care", 12, "development-strategist", "deputy-director")
MEETINGS = MatrixRow("provider_meeting", "home_care", 3, "deputy-director", "director")
ALL_ROWS = [FIRST_YEAR, LATER, TAX, REPORTS, MEETINGS]


def term(
    first: date, last: date | None = None, contract: int = 1, since: date | None = None
) -> Term:
    return Term(contract, "home_care", first, last, since or first)


def dues(kind: str, rows, terms, until: date) -> list[date]:
    return [duty.due for duty in wheel(rows, terms, until) if duty.kind == kind]


def test_a_contract_is_followed_up_quarterly_in_its_first_year_and_half_yearly_after():
    """FUP-02: from 1 May 2026: August, November, February, May; then November, May, November."""
    assert dues("follow_up", [FIRST_YEAR, LATER], [term(FIRST_DAY)], date(2028, 12, 31)) == [
        date(2026, 8, 1),
        date(2026, 11, 1),
        date(2027, 2, 1),
        date(2027, 5, 1),
        date(2027, 11, 1),
        date(2028, 5, 1),
        date(2028, 11, 1),
    ]


def test_a_contract_from_the_last_of_a_month_keeps_its_day_across_short_months():
    """FUP-02: 30 November 2026 + 3 months is 28 February; + 6 is 30 May, not 28."""
    assert dues("follow_up", [FIRST_YEAR], [term(date(2026, 11, 30))], date(2027, 12, 31)) == [
        date(2027, 2, 28),
        date(2027, 5, 30),
        date(2027, 8, 30),
        date(2027, 11, 30),
    ]


def test_nothing_is_demanded_after_the_contract_has_ended():
    """FUP-02"""
    ended = term(FIRST_DAY, date(2027, 2, 1))
    assert dues("follow_up", ALL_ROWS, [ended], date(2030, 1, 1)) == [
        date(2026, 8, 1),
        date(2026, 11, 1),
        date(2027, 2, 1),
    ]
    assert dues("tax_control", ALL_ROWS, [ended], date(2030, 1, 1)) == []


def test_the_annual_accounts_of_a_year_are_reviewed_by_june_when_they_are_ready():
    """FUP-02: a contract from 1 May 2026 has half a year behind it in June 2027."""
    assert dues("report_review", [REPORTS], [term(FIRST_DAY)], date(2028, 12, 31)) == [
        date(2027, 6, 30),
        date(2028, 6, 30),
    ]


def test_providers_meet_once_a_quarter_however_many_they_are():
    """FUP-02"""
    terms = [term(FIRST_DAY, contract=number) for number in range(1, 6)]
    assert dues("provider_meeting", ALL_ROWS, terms, date(2026, 12, 31)) == [
        date(2026, 6, 30),
        date(2026, 9, 30),
        date(2026, 12, 31),
    ]


def test_an_own_unit_is_followed_up_but_has_no_taxes_of_its_own():
    """FUP-02"""
    own = Term(1, "home_care", FIRST_DAY, None, FIRST_DAY, own=True)
    kinds = {duty.kind for duty in wheel(ALL_ROWS, [own], date(2028, 12, 31))}
    assert kinds == {"follow_up", "provider_meeting"}


DAYS = st.dates(date(2020, 1, 1), date(2039, 12, 31))
TERMS = st.lists(
    st.tuples(DAYS, st.one_of(st.none(), st.integers(0, 4000)), st.integers(0, 400)),
    min_size=60, max_size=60,
)  # fmt: skip


def _terms(drawn) -> list[Term]:
    ordinal = date.toordinal
    return [
        Term(
            number,
            "home_care",
            first,
            None if days is None else date.fromordinal(ordinal(first) + days),
            date.fromordinal(ordinal(first) + late),
        )
        for number, (first, days, late) in enumerate(drawn, 1)
    ]


@given(TERMS)
@settings(max_examples=few(25))
def test_twenty_years_of_sixty_providers_have_no_duty_twice_and_none_missing(drawn):
    """FUP-02, FUP-05: counted again by hand, month by month."""
    terms, until = _terms(drawn), date(2040, 12, 31)
    made = wheel(ALL_ROWS, terms, until)
    keys = Counter((duty.kind, duty.contract, duty.ordinal) for duty in made)
    assert max(keys.values(), default=1) == 1
    by_contract: dict[int, set[int]] = {}
    for duty in made:
        if duty.kind == "follow_up":
            by_contract.setdefault(duty.contract, set()).add(duty.ordinal)
    for one in terms:
        assert by_contract.get(one.contract, set()) == _expected_months(one, until)


def _expected_months(one: Term, until: date) -> set[int]:
    """The months after the first day in which a follow-up falls due while the contract runs."""
    found = set()
    for months in range(1, 12 * 22):
        wanted = months in (3, 6, 9, 12) if months <= 12 else (months - 12) % 6 == 0
        year, month = divmod(one.first.year * 12 + one.first.month - 1 + months, 12)
        last_of_month = [
            31,
            29 if year % 4 == 0 and (year % 100 or year % 400 == 0) else 28,
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ][month]
        day = date(year, month + 1, min(one.first.day, last_of_month))
        if wanted and one.since <= day <= min(until, one.last or until):
            found.add(months)
    return found


# --------------------------------------------------------------------- what time does with it


@pytest.mark.both
@pytest.mark.django_db
def test_the_wheel_is_made_once_whatever_is_run_twice_and_next_year_is_there_already():
    """FUP-05, CAP-10"""
    with_matrix()
    signed = contract()
    jobs.make(at(SIGNED))
    first = list(Duty.objects.values_list("kind", "ordinal", "due"))
    jobs.make(at(SIGNED, 10))
    assert list(Duty.objects.values_list("kind", "ordinal", "due")) == first
    follow_ups = signed.duties.filter(kind="follow_up").values_list("due", flat=True)
    assert list(follow_ups) == [
        date(2026, 8, 1),
        date(2026, 11, 1),
        date(2027, 2, 1),
        date(2027, 5, 1),
        date(2027, 11, 1),
    ]
    assert Event.objects.filter(chain__name="duties", name="make_duties").count() == 1


@pytest.mark.both
@pytest.mark.django_db
def test_a_changed_end_moves_duties_out_of_the_wheel_and_back():
    """FUP-02, CAP-10"""
    with_matrix()
    signed = contract()
    jobs.make(at(SIGNED))
    change = {
        "reason": "Kortare tid",
        "assignment": "both",
        "areas": agreed().areas,
        "capacity_ceiling_hours": 300,
        "operations_manager": "Bo Ekman",
    }
    do(
        signed,
        ChangeContract(valid_from=date(2026, 6, 1), valid_to=date(2026, 10, 31), **change),
        "development-strategist",
        date(2026, 6, 1),
    )
    jobs.make(at(date(2026, 6, 1)))
    standing = signed.duties.standing().filter(kind="follow_up")
    assert [duty.due for duty in standing] == [date(2026, 8, 1)]
    do(
        signed,
        ChangeContract(valid_from=date(2026, 7, 1), **change),
        "development-strategist",
        date(2026, 7, 1),
    )
    jobs.make(at(date(2026, 7, 1)))
    assert standing.all().count() == 5


@pytest.mark.both
@pytest.mark.django_db
def test_a_duty_becomes_a_case_six_weeks_ahead_for_the_one_who_answers_and_only_once():
    """FUP-02, FUP-05: due 1 August 2026, opened on 20 June, 42 days before, and not the day before."""
    with_matrix()
    signed = contract()
    jobs.run(at(date(2026, 6, 19)))
    assert not FollowUp.objects.exists()
    for hour in (1, 2, 3):
        jobs.run(at(date(2026, 6, 20), hour))
    case = FollowUp.objects.get()
    assert (case.number, case.state, case.agreement) == ("UPP-2026-0001", "planned", signed)
    assert case.responsible == person("development-strategist")
    assert case.deadlines.get(rule="duty").due == date(2026, 8, 1)
    assert case.duty.ordinal == 3
    assert Notification.objects.filter(case=case).count() == 1
    assert Event.objects.filter(chain__name=case.chain, name="open_follow_up").count() == 1


@pytest.mark.both
@pytest.mark.django_db
def test_after_a_year_of_downtime_nothing_is_missing_and_nothing_twice():
    """FUP-05"""
    with_matrix()
    signed = contract()
    jobs.run(at(date(2027, 6, 1)))
    assert FollowUp.objects.filter(agreement=signed).count() == 4
    jobs.run(at(date(2027, 6, 1), 10))
    assert FollowUp.objects.filter(agreement=signed).count() == 4


@pytest.mark.both
@pytest.mark.django_db
def test_a_role_without_a_holder_gives_the_duty_to_its_substitute_and_says_so():
    """FUP-01, FUP-02"""
    with_matrix()
    contract()
    RoleAssignment.objects.filter(role=Role.DEVELOPMENT_STRATEGIST).update(
        valid_to=date(2026, 5, 31)
    )
    jobs.run(at(date(2026, 6, 20)))
    case = FollowUp.objects.get()
    assert case.responsible == person("deputy-director")
    said = JournalNote.objects.get(case=case).text
    assert said == (
        "Rollen Utvecklingsstrateg har ingen innehavare. Uppgiften går till "
        "Biträdande socialdirektör."
    )


@pytest.mark.both
@pytest.mark.django_db
def test_with_nobody_at_all_the_case_waits_without_a_handler_and_says_so():
    """FUP-01: a refusal to invent a holder."""
    with_matrix()
    contract()
    RoleAssignment.objects.all().update(valid_to=date(2026, 5, 31))
    jobs.run(at(date(2026, 6, 20)))
    case = FollowUp.objects.get()
    assert case.responsible is None
    assert "Ingen har rollen Utvecklingsstrateg" in JournalNote.objects.get(case=case).text


@pytest.mark.both
@pytest.mark.django_db
def test_a_changed_interval_of_the_matrix_changes_the_wheel():
    """FUP-01, FUP-02: yearly instead of half-yearly after the first year."""
    with_matrix()
    signed = contract()
    jobs.make(at(SIGNED))
    Responsibility.objects.filter(duty="follow_up").update(interval="yearly")
    jobs.make(at(date(2026, 5, 2)))
    standing = signed.duties.standing().filter(kind="follow_up")
    assert [duty.ordinal for duty in standing] == [3, 6, 9, 12]


@pytest.mark.both
@pytest.mark.django_db
def test_an_ended_contract_has_nothing_left_in_the_wheel():
    """FUP-02, INT-08"""
    with_matrix()
    signed = contract()
    jobs.make(at(SIGNED))
    end = EndContract(last_day=date(2026, 9, 30), why="Bolaget läggs ned.")
    do(signed, end, "deputy-director", date(2026, 6, 1))
    jobs.make(at(date(2026, 6, 1)))
    standing = signed.duties.standing()
    assert [duty.due for duty in standing] == [date(2026, 8, 1)]
    assert Notification.objects.filter(text__contains="Ta tillbaka konton").count() == 0
    assert Case.objects.get(pk=signed.pk).state == "ended"


@pytest.mark.both
@pytest.mark.django_db
@given(
    st.lists(
        st.tuples(st.integers(1, 120), st.sampled_from(["make", "run", "end", "renew"])),
        min_size=1, max_size=8,
    )
)  # fmt: skip
@settings(max_examples=few(5))
def test_random_days_changes_and_downtime_never_give_a_duty_or_a_case_twice(steps):
    """FUP-05"""
    from django.db import transaction

    with transaction.atomic():
        Duty.objects.all().delete()
        with_matrix()
        signed = contract()
        day = SIGNED
        for days, deed in steps:
            day = date.fromordinal(day.toordinal() + days)
            if deed in ("end", "renew"):
                last = date.fromordinal(day.toordinal() + 200) if deed == "end" else None
                signed.versions.update(valid_to=last)
            jobs.run(at(day)) if deed == "run" else jobs.make(at(day))
        jobs.run(at(day, 11))
        rows = list(Duty.objects.values_list("kind", "agreement", "table", "ordinal"))
        assert len(rows) == len(set(rows))
        opened = Duty.objects.exclude(case=None)
        assert opened.count() == Case.objects.filter(duty__isnull=False).count()
        wanted = {(d.kind, d.contract, d.ordinal) for d in jobs.wheel_of(jobs.horizon(day))}
        standing = {
            (duty.kind, duty.agreement_id, duty.ordinal)
            for duty in Duty.objects.standing().filter(case=None)
        }
        held = {(duty.kind, duty.agreement_id, duty.ordinal) for duty in opened}
        assert standing | held >= wanted
        assert standing <= wanted
        transaction.set_rollback(True)


# --------------------------------------------------------------------- the page


@pytest.mark.both
@pytest.mark.django_db
def test_the_wheel_shows_the_year_by_provider_and_role_and_is_exported(client, monkeypatch):
    """CAP-10"""
    with_matrix()
    contract()
    contract("Måsholmens Omsorg AB")
    jobs.make(at(SIGNED))
    monkeypatch.setattr(clock, "now", lambda: at(SIGNED))
    log_in(client, Role.DEPUTY_DIRECTOR)
    page = client.get(reverse("duties:wheel"), {"ar": 2026})
    # Two contracts with two follow-ups each, three meetings, and the yearly rows of the table.
    kinds = Counter(row.kind for row in page.context["page"])
    assert kinds == {
        "follow_up": 4,
        "provider_meeting": 3,
        "specification_review": 1,
        "decision_review": 1,
        "internal_meeting": 2,
    }
    provider = Duty.objects.filter(agreement__title="Måsholmens Omsorg AB").first()
    only = client.get(
        reverse("duties:wheel"), {"ar": 2026, "utforare": provider.agreement.provider_id}
    )
    assert {row.agreement.title for row in only.context["page"]} == {"Måsholmens Omsorg AB"}
    lawyer = client.get(reverse("duties:wheel"), {"ar": 2027, "roll": "investigator-lawyer"})
    assert {row.kind for row in lawyer.context["page"]} == {"tax_control"}
    feed = client.get(reverse("duties:wheel"), {"ar": 2026, "format": "ics"})
    assert feed.content.count(b"BEGIN:VEVENT") == 11
    book = client.get(reverse("duties:wheel"), {"ar": 2026, "format": "xlsx"})
    assert b"".join(book.streaming_content)[:2] == b"PK"
