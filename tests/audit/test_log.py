"""The event log holds: chained, sealed, and refused by the database."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError

from audit import log, sealing, triggers
from audit.act import Act
from audit.models import Chain, Event
from tests.factories import SINCE, at, person

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def seals(settings, tmp_path):
    settings.SEALS = tmp_path / "seals"
    return settings.SEALS


def write(count: int, chain: str = "case:1") -> None:
    user = person("development-strategist")
    for number in range(count):
        log.record(
            chain, "write_note", Act.own(user, at(SINCE)), subject=user, values={"n": number}
        )


def tamper(sql: str, *params: object) -> None:
    """What somebody with the database's own keys could do."""
    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
    triggers.install(connection)


def faults() -> list[str]:
    return list(sealing.verify().faults)


def test_an_untouched_log_verifies_and_says_how_much_was_read():
    """CAP-06"""
    write(3)
    write(2, "case:2")
    found = sealing.verify()
    assert (found.chains, found.events, found.disposed, found.faults) == (2, 5, 0, ())


def test_events_carry_ids_and_field_names_while_values_lie_apart():
    """CAP-06"""
    write(1)
    event = Event.objects.get()
    assert event.fields == ["n"]
    assert event.values.values == {"n": 0}
    columns = {field.attname for field in Event._meta.concrete_fields}
    assert "values" not in columns


def test_a_changed_event_is_found():
    """CAP-06"""
    write(3)
    tamper("update audit_event set name = 'other' where seq = 2")
    assert faults() == ["case:1: händelse 2 är ändrad."]


def test_changed_values_are_found():
    """CAP-06"""
    write(2)
    tamper("update audit_eventvalues set salt = 'x' where event_id = %s", Event.objects.first().pk)
    assert faults() == ["case:1: värdena till händelse 1 är ändrade."]


def test_a_cut_tail_is_found():
    """CAP-06"""
    write(3)
    last = Event.objects.order_by("seq").last().pk
    tamper("delete from audit_eventvalues where event_id = %s", last)
    tamper("delete from audit_event where id = %s", last)
    assert faults() == ["case:1: slutet av kedjan saknas eller är ändrat."]


def test_a_cut_tail_whose_chain_was_shortened_too_is_found_by_the_seal():
    """CAP-06"""
    write(3)
    sealing.seal(SINCE)
    last = Event.objects.order_by("seq").last()
    tamper("delete from audit_eventvalues where event_id = %s", last.pk)
    tamper("delete from audit_event where id = %s", last.pk)
    tamper("update audit_chain set length = 2, head = %s", last.previous_hash)
    assert faults() == ["case:1: kedjan är kortare än när den förseglades."]


def test_a_removed_chain_is_found_by_the_seal():
    """CAP-06"""
    write(2)
    write(1, "case:2")
    sealing.seal(SINCE)
    chain = Chain.objects.get(name="case:2").pk
    event = Event.objects.get(chain=chain).pk
    tamper("delete from audit_eventvalues where event_id = %s", event)
    tamper("delete from audit_event where id = %s", event)
    tamper("delete from audit_chain where id = %s", chain)
    assert faults() == ["Kedjan case:2 finns i sigillet men inte i databasen."]


def test_a_re_hashed_chain_is_found_by_the_seal():
    """CAP-06"""
    write(2)
    sealing.seal(SINCE)
    previous = ""
    for event in Event.objects.order_by("seq"):
        row = {field: getattr(event, field) for field in log.HASHED_FIELDS}
        row |= {"name": "forged", "previous_hash": previous}
        previous_before, previous = previous, log.event_hash(row)
        tamper(
            "update audit_event set name='forged', previous_hash=%s, hash=%s where id=%s",
            previous_before,
            previous,
            event.pk,
        )
    tamper("update audit_chain set head = %s", previous)
    assert faults() == ["case:1: händelse 2 stämmer inte med sigillet."]


def test_a_changed_seal_is_found(seals):
    """CAP-06"""
    write(1)
    path = sealing.seal(SINCE)
    body = json.loads(path.read_text())
    body["heads"]["case:1"][1] = "0" * 64
    path.write_text(json.dumps(body))
    assert faults() == [f"Sigillet {path.name} är ändrat."]


def test_a_removed_seal_is_found(seals):
    """CAP-06"""
    write(1)
    first = sealing.seal(SINCE)
    write(1)
    sealing.seal(SINCE)
    first.unlink()
    assert faults() == ["Sigill 1 saknas."]


def test_a_seal_holds_only_what_grew(seals):
    """CAP-06"""
    write(1)
    write(1, "case:2")
    sealing.seal(SINCE)
    write(1, "case:2")
    assert list(json.loads(sealing.seal(SINCE).read_text())["heads"]) == ["case:2"]
    assert sealing.seal(SINCE) is None


@pytest.mark.parametrize(
    "sql",
    [
        "update audit_event set name = 'x'",
        "delete from audit_event",
        "update audit_eventvalues set salt = 'x'",
        "delete from audit_chain",
    ],
)
def test_the_database_refuses_to_change_the_log(sql):
    """CAP-06"""
    write(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert Event.objects.count() == 1
    assert faults() == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's way round row triggers")
def test_sqlite_refuses_to_replace_an_event():
    """CAP-06"""
    write(1)
    columns = ", ".join(f.column for f in Event._meta.concrete_fields)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"insert or replace into audit_event ({columns}) select {columns} from audit_event"
        )
    assert faults() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's way round row triggers")
def test_postgresql_refuses_to_truncate_the_log():
    """CAP-06"""
    write(1)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("truncate audit_event cascade")
    assert Event.objects.count() == 1


def test_an_event_cannot_be_changed_through_the_model_either():
    """CAP-06"""
    write(1)
    with pytest.raises(TypeError):
        Event.objects.update(name="x")
    with pytest.raises(TypeError):
        Event.objects.all().delete()


def test_the_command_fails_when_the_log_was_changed(capsys):
    """CAP-06"""
    write(2)
    call_command("verify_log")
    assert "1 kedjor, 2 händelser, 0 med gallrade värden, 0 fel." in capsys.readouterr().out
    tamper("update audit_event set name = 'other' where seq = 2")
    with pytest.raises(CommandError):
        call_command("verify_log")
