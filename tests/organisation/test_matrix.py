"""The responsibility matrix (FUP-01): every row of seed 002, edited by the administration."""

import re
from io import BytesIO

import pytest
from django.forms import Form
from django.urls import reverse
from openpyxl import load_workbook

from audit import clock
from audit.models import Event
from door.performing import perform
from door.refusals import NotAllowed
from organisation import matrix
from organisation.commands.matrix import RemoveResponsibility
from organisation.models import Responsibility
from organisation.roles import Role
from tests.factories import SINCE, person, stands_in, words
from tests.organisation import CHANGED, queries_of, refusals

pytestmark = [pytest.mark.django_db, pytest.mark.both]

HOME_CARE = [
    # Counted off the seed's first table: 15 rows.
    "Kontaktperson för aktuella utförare inom kundval hemtjänst (LOV)",
    "Revidering av förfrågningsunderlag inklusive bilagor",
    "Ansökan från företag att bli utförare",
    "Introduktion av ny utförare",
    "Avtalsuppföljningar första året",
    "Avtalsuppföljningar med samtliga utförare",
    "Kontroll med skatteverket samt kredituppföljning",
    "Granskning av utförarnas verksamhetsberättelse och årsredovisning",
    "Genomföra utförarträffar",
    "Kontakter med utförare i enskilda ärenden",
    "Uppföljning av enskilda biståndsbeslut",
    "Citrix och Viva",
    "Fakturor från utförare",
    "HSA- och SITHS-hantering",
    "Datorer m.m.",
]
RESIDENTIAL = [
    # Counted off the seed's second table: 15 rows.
    "Kontaktperson för aktuella utförare inom extern drift",
    "Framtagande av förfrågningsunderlag för upphandling av extern drift",
    "Samverkan med socialnämndens politiska referensgrupp för upphandlingar",
    "Introduktion av ny utförare",
    "Avtalsuppföljning första året",
    "Avtalsuppföljningar från år två med samtliga utförare (inkl. egenregi)",
    "Kontroll med skatteverket samt kredituppföljning",
    "Granskning av utförarnas verksamhetsberättelse och årsredovisning",
    "Genomföra utförarträffar",
    "Kontakter med utförare i enskilda ärenden",
    "Uppföljningar av enskilda biståndsbeslut",
    "Citrix och Viva",
    "Fakturor från utförare",
    "HSA- och SITHS-hantering",
    "Datorer m.m.",
]
FORM = {
    "area": "Citrix och Viva", "main_role": "viva-administrator",
    "substitute_role": "it-coordinator", "co_responsible": "Viva-supporten",
    "interval": "yearly", "comment": "",
}  # fmt: skip


@pytest.fixture
def rows():
    matrix.load()
    return Responsibility.objects.all()


@pytest.fixture
def deputy(client):
    user = person(Role.DEPUTY_DIRECTOR)
    client.force_login(user)
    return user


def address(name: str, *args) -> str:
    return reverse(f"organisation:{name}", args=args)


def last_event(pk: int) -> Event | None:
    return Event.objects.filter(chain__name=f"responsibility:{pk}").order_by("-seq").first()


def test_both_tables_have_every_row_of_the_seed_in_its_order(rows):
    assert len(HOME_CARE) == len(RESIDENTIAL) == 15
    for table, areas in (("home_care", HOME_CARE), ("residential", RESIDENTIAL)):
        found = rows.filter(table=table)
        assert [row.area for row in found] == areas
        assert [row.order for row in found] == list(range(1, 16))


@pytest.mark.parametrize(
    ("table", "area", "main", "behind", "with_whom", "when", "comment"),
    [
        ("home_care", "Revidering av förfrågningsunderlag inklusive bilagor",
         "Biträdande socialdirektör", "Socialdirektör",
         "Utredare/jurist Stöd från Upphandlingsenheten Utvecklingsstrateg",
         "En genomgång per år samt vid behov", ""),
        ("home_care", "Introduktion av ny utförare",
         "Utvecklingsstrateg", "Biträdande socialdirektör", "1:e socialsekreterare Omsorg SoL",
         "Snarast efter godkännande", ""),
        ("home_care", "Avtalsuppföljningar med samtliga utförare",
         "Utvecklingsstrateg", "Biträdande socialdirektör", "1:e socialsekreterare Omsorg SoL",
         "Halvårsvis", "En av dessa kan göras i skriftlig form"),
        ("home_care", "Kontroll med skatteverket samt kredituppföljning",
         "Utredare/jurist", "Biträdande socialdirektör", "", "Årsvis", ""),
        ("home_care", "Kontakter med utförare i enskilda ärenden",
         "Sektionschef Omsorg SoL", "Biträdande socialdirektör",
         "1:e socialsekreterare Omsorg SoL", "Vid behov", ""),
        ("residential", "Samverkan med socialnämndens politiska referensgrupp för upphandlingar",
         "Socialdirektör", "Biträdande socialdirektör", "Bitr. socialdirektör", "–", ""),
        ("residential", "Introduktion av ny utförare",
         "Biträdande socialdirektör", "Socialdirektör",
         "Utredare/jurist Utvecklingsstrateg 1:e socialsekr Omsorg SoL",
         "Snarast efter avtalstecknande", ""),
        # Broken over a page in the seed.
        ("residential", "Genomföra utförarträffar",
         "Biträdande socialdirektör", "Socialdirektör",
         "Utvecklingsstrateg Sektionschef Omsorg SoL 1:e socialsekr Omsorg SoL", "Kvartalsvis",
         "Beroende på frågorna deltar andra professioner inom förvaltningen som bedöms vara "
         "aktuella. Utbildning"),
        # "Årsvi" in the seed.
        ("residential", "Uppföljningar av enskilda biståndsbeslut",
         "Sektionschef Omsorg SoL", "Biträdande socialdirektör", "1:e socialsekr Omsorg SoL",
         "Årsvis", ""),
    ],
)  # fmt: skip
def test_a_row_reads_as_in_the_seed(rows, table, area, main, behind, with_whom, when, comment):
    row = rows.get(table=table, area=area)
    assert (
        row.get_main_role_display(),
        row.get_substitute_role_display(),
        row.co_responsible,
        row.get_interval_display(),
        row.comment,
    ) == (main, behind, with_whom, when, comment)


def test_loading_again_creates_what_is_missing_and_leaves_the_rest(client, deputy, rows):
    """Edited, renamed and removed rows stay as the administration made them."""
    edited, renamed, removed = rows[0], rows[1], rows[2]
    client.post(address("matrix_change", edited.pk), FORM | {"area": edited.area})
    client.post(address("matrix_change", renamed.pk), FORM | {"area": "Ett nytt namn"})
    client.post(address("matrix_remove", removed.pk))
    rows.get(area="Datorer m.m.", table="residential").delete()  # lost, by nobody's decision
    assert matrix.load() == 1
    edited.refresh_from_db()
    assert edited.main_role == Role.VIVA_ADMINISTRATOR
    assert not rows.filter(table="home_care", area=HOME_CARE[1]).exists()
    assert not rows.filter(table="home_care", area=HOME_CARE[2]).exists()
    assert matrix.load() == 0


def test_the_page_shows_both_tables_the_head_and_who_holds_the_role_today(client, rows):
    deputy, director = person(Role.DEPUTY_DIRECTOR), person(Role.DIRECTOR)
    stands_in(director, deputy, SINCE, clock.today())
    client.force_login(person(Role.CARE_STAFF))
    answer = client.get(address("matrix"))
    page = " ".join(answer.content.decode().split())
    for area in (*HOME_CARE, *RESIDENTIAL):
        assert area in page
    assert [label for label, _ in answer.context["facts"]] == [
        "Huvudansvarig",
        "Ersättare",
        "Övriga ansvariga",
    ]
    assert f"{director} står in till och med" in page
    assert "Ingen har rollen i dag" in page  # no development strategist here
    assert address("matrix_add", "home_care") not in page


def test_a_changed_row_is_logged_with_who_when_from_and_to(client, deputy, rows):
    row = rows.get(table="home_care", area="Citrix och Viva")
    client.post(address("matrix_change", row.pk), FORM)
    row.refresh_from_db()
    assert row.main_role == Role.VIVA_ADMINISTRATOR
    event = last_event(row.pk)
    assert (event.name, event.actor) == ("change_responsibility", deputy)
    assert event.values.values == {
        "main_role": ["deputy-director", "viva-administrator"],
        "substitute_role": ["director", "it-coordinator"],
        "interval": ["", "yearly"],
        "table": "home_care",
        "version": 2,
    }
    page = client.get(address("matrix_row_history", row.pk)).content.decode()
    assert "Biträdande socialdirektör" in page
    assert "Systemförvaltare Viva" in page
    assert deputy.name in page


def test_an_unchanged_row_leaves_no_line(client, deputy, rows):
    row = rows[0]
    same = {name: getattr(row, name) for name in FORM}
    assert client.post(address("matrix_change", row.pk), same).status_code == 302
    assert last_event(row.pk) is None


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"area": "Fakturor från utförare"}, "Området finns redan i tabellen."),
        ({"substitute_role": "viva-administrator"}, "Välj en annan roll än den huvudansvariga."),
        ({"main_role": "applicant"}, "Välj ett giltigt alternativ"),
        ({"area": ""}, "måste fyllas i"),
    ],
)
def test_a_row_that_cannot_be_right_is_refused(client, deputy, rows, more, message):
    row = rows.get(table="home_care", area="Citrix och Viva")
    answer = client.post(address("matrix_change", row.pk), FORM | more)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    row.refresh_from_db()
    assert row.main_role == Role.DEPUTY_DIRECTOR
    assert last_event(row.pk) is None


def test_a_row_is_added_last_and_removed_with_its_history_kept(client, deputy, rows):
    client.post(address("matrix_add", "home_care"), FORM | {"area": "Provrum"})
    row = rows.get(area="Provrum")
    assert (row.table, row.order) == ("home_care", 16)
    client.post(address("matrix_remove", row.pk))
    assert not Responsibility.objects.filter(pk=row.pk).exists()
    assert last_event(row.pk).values.values["area"] == ["Provrum", None]
    assert "Provrum" in client.get(address("matrix_row_history", row.pk)).content.decode()
    assert "Provrum" in client.get(address("matrix_history")).content.decode()
    assert client.get(address("matrix_row_history", row.pk + 1)).status_code == 404


def test_the_page_costs_the_same_number_of_queries_however_many_hold_roles(client, deputy, rows):
    person(Role.DIRECTOR)
    few = queries_of(client, address("matrix"))
    for number in range(20):
        user = person(Role.DEVELOPMENT_STRATEGIST, username=f"strategist-{number}")
        stands_in(user, deputy, SINCE, clock.today())
    assert queries_of(client, address("matrix")) == few


def test_the_excel_file_has_a_line_per_row(client, deputy, rows):
    answer = client.get(address("matrix_export"))
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).active
    lines = list(sheet.values)
    assert len(lines) == 31
    assert lines[1][:3] == ("Kundval hemtjänst (LOV)", HOME_CARE[0], "Biträdande socialdirektör")


def test_the_same_page_of_a_row_sent_twice_is_done_once(client, deputy, rows):
    """CAP-05, CAP-06, FUP-01."""
    row = rows.get(table="home_care", area="Citrix och Viva")
    for _ in range(2):
        client.post(address("matrix_change", row.pk), FORM | {"key": "k1", "version": 1})
        client.post(address("matrix_add", "home_care"), FORM | {"area": "Provrum", "key": "k2"})
    assert rows.filter(area="Provrum").count() == 1
    assert Event.objects.filter(name="change_responsibility").count() == 1


def test_a_row_is_not_changed_from_a_page_older_than_it(client, deputy, rows):
    """CAP-05, FUP-01."""
    row = rows.get(table="home_care", area="Citrix och Viva")
    client.post(address("matrix_change", row.pk), FORM | {"version": 1})
    for page, more in (("matrix_change", FORM | {"comment": "Ny"}), ("matrix_remove", {})):
        answer = client.post(address(page, row.pk), more | {"version": 1})
        assert answer.status_code == 409
        assert re.search(rf"Raden {CHANGED}: Raden ändrades \(.+\), {deputy}", words(answer))
    row.refresh_from_db()
    assert row.comment == ""


def test_who_may_not_keep_the_matrix_is_refused_and_logged(rows):
    """CAP-05, CAP-06, FUP-01: by whatever way the command comes."""
    row = rows[0]
    with pytest.raises(NotAllowed):
        perform(
            row, RemoveResponsibility(filled=Form({})), person(Role.INVESTIGATOR), at=clock.now()
        )
    said = "”Ta bort raden” får inte göras enligt din roll."
    assert refusals(f"responsibility:{row.pk}") == [said]
    assert Responsibility.objects.filter(pk=row.pk).exists()
