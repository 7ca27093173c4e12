"""Identity numbers (SEC-03): the tax agency's published test numbers, and hand-made cases."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import clock
from organisation import identity
from organisation.identity import parse, parse_organisation_number

OFFICIAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "test_identity_numbers.json"
KNOWN = {
    # Skatteverket's test numbers; the last two have month 00 and day 60.
    "189002089804": "personnummer",
    "200001072388": "personnummer",
    "191401682396": "samordningsnummer",
    "191500722390": "samordningsnummer",
    "191711602399": "samordningsnummer",
}
known = st.sampled_from(sorted(KNOWN))


@pytest.fixture(autouse=True)
def _this_year(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 24))


@pytest.mark.parametrize(("number", "kind"), KNOWN.items())
def test_a_test_number_is_accepted_with_its_kind(number, kind):
    assert parse(number) == identity.IdentityNumber(number, kind)


@pytest.mark.skipif(not OFFICIAL.exists(), reason="the published numbers are not here")
@pytest.mark.parametrize("kind", ["personnummer", "samordningsnummer"])
def test_every_published_number_is_accepted_with_its_kind(kind):
    numbers = json.loads(OFFICIAL.read_text())[kind]
    assert len(numbers) > 2000
    wrong = [n for n in numbers if parse(n) != identity.IdentityNumber(n, kind)]
    assert wrong == []


@given(known, st.integers(1, 9))
def test_every_other_check_digit_is_refused(number, step):
    wrong = number[:-1] + str((int(number[-1]) + step) % 10)
    with pytest.raises(ValueError, match=r"^Kontrollsiffran i personnumret stämmer inte\.$"):
        parse(wrong)


@given(known, st.integers(2, 11), st.integers(1, 9))
def test_any_single_wrong_digit_after_the_century_is_refused(number, place, step):
    digit = str((int(number[place]) + step) % 10)
    with pytest.raises(ValueError, match="personnumret"):
        parse(number[:place] + digit + number[place + 1 :])


@given(known)
def test_full_width_digits_and_spaces_are_normalised(number):
    wide = "".join(chr(ord("０") + int(digit)) for digit in number)
    assert parse(f" {wide[:8]} - {wide[8:]} ".replace(" ", "\u00a0")).digits == number


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("000107-2388", "200001072388"),  # the latest year that ends in 00 and is not ahead: 2000
        ("900208+9804", "189002089804"),  # the latest that ends in 90 is 1990; + takes a century
        ("140168+2396", "191401682396"),
        ("20000107-2388", "200001072388"),
    ],
)
def test_the_century_follows_from_hyphen_or_plus(text, digits):
    assert parse(text).digits == digits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Skriv personnumret som ÅÅÅÅMMDD-NNNN."),
        ("abc", "Skriv personnumret som ÅÅÅÅMMDD-NNNN."),
        ("2000010723881", "Skriv personnumret som ÅÅÅÅMMDD-NNNN."),
        ("0001072388", "Skriv personnumret med tolv siffror, eller med bindestreck."),
        ("20000107+2388", "Skriv antingen århundrade eller plustecken i personnumret."),
        ("200002302388", "Datumet i personnumret finns inte."),
    ],
)
def test_what_is_wrong_is_said_in_swedish(text, message):
    with pytest.raises(ValueError) as refusal:  # noqa: PT011 - the message is what is tested
        parse(text)
    assert str(refusal.value) == message


@given(st.text(max_size=20))
def test_any_text_is_a_number_or_a_refusal(text):
    try:
        said = parse(text).digits
    except ValueError as refusal:
        said = str(refusal)
    assert said.isdigit() or "personnumret" in said


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("556036-0793", "5560360793"),
        ("5560360793", "5560360793"),
        ("16556036-0793", "5560360793"),
        ("５５６０３６-０７９３", "5560360793"),
        ("20000107-2388", "0001072388"),  # a sole trader's personal identity number
        ("200001072388", "0001072388"),
    ],
)
def test_an_organisation_number_becomes_ten_digits(text, digits):
    """556036079 doubled at every other digit: 1+5+3+0+6+6+0+7+9 = 37, so the check digit is 3."""
    assert parse_organisation_number(text) == digits


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("55603", "Skriv organisationsnumret med tio siffror"),
        ("556036-0794", "Kontrollsiffran i organisationsnumret stämmer inte."),
        ("19556036-0793", "Organisationsnumret har fel inledande siffror."),
        ("991332-0009", "Numret är varken ett organisationsnummer eller ett giltigt personnummer."),
    ],
)
def test_a_wrong_organisation_number_is_refused_in_swedish(text, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        parse_organisation_number(text)


def test_a_sole_traders_number_is_known_as_personal():
    assert identity.is_personal("0001072388")
    assert not identity.is_personal("5560360793")


@pytest.mark.parametrize("number", ["20991231-2387", "261231-2385", "20261125-2384"])
def test_somebody_who_is_not_born_yet_is_refused(number):
    """DAY-04: on 24 November 2026; on the day itself the number is right."""
    with pytest.raises(ValueError, match="Födelsedatumet i personnumret har inte varit än"):
        parse(number, date(2026, 11, 24))


def test_a_number_is_right_from_the_birth_date_on():
    """DAY-04"""
    assert parse("261231-2385", date(2026, 12, 31)).digits == "202612312385"


@pytest.mark.parametrize("number", ["198102902387", "198104912384", "198102922385"])
def test_a_coordination_number_for_a_day_that_is_not_in_its_month_is_refused(number):
    """DAY-04: 30 February, 31 April, 32 February; the check digits are right."""
    with pytest.raises(ValueError, match="Datumet i personnumret finns inte"):
        parse(number)


def test_coordination_numbers_with_unknown_month_or_day_stay_right():
    """DAY-04: month 00 and day 60."""
    for number in ("191500722390", "191711602399"):
        assert parse(number).kind == "samordningsnummer"


@pytest.mark.parametrize(
    ("text", "digits", "womans"),
    [
        ("19400101-T123", "19400101T123", True),  # the third sign, 2, is even: a woman
        ("19400101T133", "19400101T133", False),
        ("19400101-TF10", "19400101TF10", False),  # 1 is odd: a man
        ("19400101-tf20", "19400101TF20", True),
    ],
)
def test_a_number_of_the_reporting_authority_is_a_kind_of_its_own(text, digits, womans):
    """DAY-07"""
    assert parse(text) == identity.IdentityNumber(digits, "rapportnummer")
    assert identity.is_womans(digits) is womans


@pytest.mark.parametrize("text", ["19400101-T12", "19400101-TF1", "400101-T123", "19400101-TX12"])
def test_a_number_of_the_reporting_authority_is_written_as_it_writes_it(text):
    """DAY-07"""
    with pytest.raises(ValueError, match="Skriv personnumret som"):
        parse(text)


@pytest.mark.parametrize("text", ["19400230-T123", "20991231-TF10"])
def test_a_number_of_the_reporting_authority_has_a_birth_date_that_has_been(text):
    """DAY-04, DAY-07"""
    with pytest.raises(ValueError, match="personnumret"):
        parse(text)


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=30))
def test_any_text_is_a_reserve_number_or_a_refusal(text):
    """DAY-07"""
    try:
        value = identity.parse_reserve_number(text)
    except ValueError:
        return
    assert 4 <= len(value) <= 20
    assert identity.parse_reserve_number(value) == value
