"""The log cannot be changed unseen, not by the database's owner either, who has plain SQL, takes the
triggers away and puts them back, and counts hashes anew."""

import errno
import json
import os

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from audit import log, sealing, seals, triggers
from audit.act import Act
from audit.models import Chain, Event
from tests.audit.test_log import faults, tamper, write
from tests.factories import SINCE, at, person

pytestmark = [pytest.mark.django_db, pytest.mark.both]
OWN = "case:1"
"""The chain that is written to here."""


def run(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def dispose(*places: int) -> None:
    user = person("archivist")
    log.record(
        OWN,
        sealing.DISPOSAL,
        Act.own(user, at(SINCE)),
        subject=user,
        values={"events": list(places)},
    )


def remove_values(place: int) -> None:
    event = Event.objects.get(chain__name=OWN, seq=place)
    run("delete from audit_eventvalues where event_id = %s", event.pk)


def cut_to(length: int) -> None:
    """Take the chain's end away, with all that speaks of it in the database."""
    for event in Event.objects.filter(chain__name=OWN, seq__gt=length).order_by("-seq"):
        tamper("delete from audit_eventvalues where event_id = %s", event.pk)
        tamper("delete from audit_event where id = %s", event.pk)
    head = Event.objects.get(chain__name=OWN, seq=length).hash
    tamper("update audit_chain set length = %s, head = %s where name = %s", length, head, OWN)


def hash_anew(place: int, **changes: object) -> None:
    """Change an event, and every hash after it, so that the chain holds by itself."""
    previous = None
    for event in Event.objects.filter(chain__name=OWN, seq__gte=place).order_by("seq"):
        row = {field: getattr(event, field) for field in log.HASHED_FIELDS}
        row |= changes if event.seq == place else {"previous_hash": previous}
        previous = log.event_hash(row)
        tamper(
            "update audit_event set name = %s, previous_hash = %s, hash = %s where id = %s",
            row["name"],
            row["previous_hash"],
            previous,
            event.pk,
        )
    tamper("update audit_chain set head = %s where name = %s", previous, OWN)


# Values


def test_deleted_values_are_found():
    """CAP-06"""
    write(3)
    remove_values(2)
    assert faults() == ["case:1: värdena till händelse 2 saknas och är inte gallrade."]


def test_deleted_values_are_found_after_the_triggers_were_taken_away_and_put_back():
    """CAP-06"""
    write(3)
    sealing.seal(SINCE)
    tamper("delete from audit_eventvalues")
    assert faults() == [
        "case:1: värdena till händelse 1 saknas och är inte gallrade.",
        "case:1: värdena till händelse 2 saknas och är inte gallrade.",
        "case:1: värdena till händelse 3 saknas och är inte gallrade.",
    ]


def test_an_event_that_never_had_values_lacks_none():
    """CAP-06"""
    user = person("registrar")
    log.record(OWN, "read_case", Act.own(user, at(SINCE)), subject=user)
    assert faults() == []


def test_values_that_a_disposal_names_may_be_gone():
    """CAP-06: what else is gone is still a fault."""
    write(3)
    dispose(1, 3)
    remove_values(1)
    remove_values(3)
    found = sealing.verify()
    assert (found.disposed, found.faults) == (2, ())
    remove_values(2)
    assert faults() == ["case:1: värdena till händelse 2 saknas och är inte gallrade."]


def test_a_disposal_of_another_case_excuses_nothing():
    """CAP-06"""
    write(1, "case:2")
    user = person("archivist")
    log.record(
        "case:2", sealing.DISPOSAL, Act.own(user, at(SINCE)), subject=user, values={"events": [1]}
    )
    write(1)
    remove_values(1)
    assert faults() == ["case:1: värdena till händelse 1 saknas och är inte gallrade."]


def test_a_disposal_whose_own_values_are_gone_excuses_nothing_and_is_itself_a_fault():
    """CAP-06: also when another disposal names it."""
    write(1)
    dispose(1)
    dispose(2)
    remove_values(1)
    remove_values(2)
    assert faults() == [
        "case:1: gallringen i händelse 2 säger inte vad den gällde.",
        "case:1: värdena till händelse 1 saknas och är inte gallrade.",
    ]


def test_a_disposal_excuses_nothing_that_came_after_it():
    """CAP-06"""
    dispose(2)
    write(1)
    remove_values(2)
    assert faults() == ["case:1: värdena till händelse 2 saknas och är inte gallrade."]


# Chains


def test_a_chain_hashed_anew_is_found_although_a_later_seal_took_it_as_it_was():
    """CAP-06: every sealed head holds, not the last one alone."""
    write(2)
    sealing.seal(SINCE)
    hash_anew(2, name="forged")
    assert faults() == ["case:1: händelse 2 stämmer inte med sigillet."]
    write(1)
    sealing.seal(SINCE)
    assert faults() == ["case:1: händelse 2 stämmer inte med sigillet."]


def test_an_event_that_its_chain_no_longer_counts_is_found():
    """CAP-06"""
    write(2)
    head = Event.objects.get(seq=1).hash
    run("update audit_chain set length = 1, head = %s", head)
    assert faults() == [f"Händelse 2 i kedja {Chain.objects.get().pk} står utanför kedjan."]


def test_a_removed_event_is_named_once():
    """CAP-06"""
    write(3)
    second = Event.objects.get(seq=2).pk
    tamper("delete from audit_eventvalues where event_id = %s", second)
    tamper("delete from audit_event where id = %s", second)
    assert faults() == ["case:1: händelse 2 saknas."]


def test_events_whose_chain_was_removed_are_found():
    """CAP-06"""
    write(1)
    write(1, "case:2")
    gone = Chain.objects.get(name="case:2").pk
    connection.check_constraints()
    triggers.remove(connection)
    run("delete from audit_chain where id = %s", gone)
    assert f"Händelse 1 i kedja {gone} står utanför kedjan." in faults()
    run("delete from audit_eventvalues")
    run("delete from audit_event")


def test_a_chain_whose_events_are_all_gone_is_found():
    """CAP-06"""
    write(1)
    tamper("delete from audit_eventvalues")
    tamper("delete from audit_event")
    assert faults() == ["case:1: slutet av kedjan saknas eller är ändrat."]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL holds a column to its type")
def test_an_event_that_cannot_be_read_at_all_is_named():
    """CAP-06"""
    write(3)
    tamper("update audit_event set at = '2026-99-99 00:00:00' where seq = 2")
    assert faults() == [
        "case:1: händelse 2 går inte att läsa.",
        "Händelseloggen gick inte att läsa till slut.",
    ]


# Seals


def test_a_seal_names_its_number_and_the_number_and_checksum_of_the_one_before(settings):
    """CAP-06"""
    write(1)
    first = sealing.seal(SINCE)
    write(1)
    second = json.loads(sealing.seal(SINCE).read_text())
    assert (second["number"], second["previous"][0]) == (2, 1)
    assert second["previous"][1] == seals.kept()[0].checksum
    assert first.name == f"000001-{SINCE}.json"


def test_a_seal_that_was_replaced_by_another_is_found(settings):
    """CAP-06: the key's holder made a new one, with less in it."""
    write(1)
    first = sealing.seal(SINCE)
    write(1)
    sealing.seal(SINCE)
    body = json.loads(first.read_text())
    del body["hmac"]
    body["heads"] = {}
    first.write_text(json.dumps({**body, "hmac": seals._keyed_hash(body)}))
    assert faults() == ["Sigill 1 är ett annat än det som sigill 2 följer på."]


def test_seals_removed_from_the_end_with_the_rows_they_sealed_are_found_by_the_anchor(
    settings, tmp_path
):
    """CAP-06: database and seals say the same; the anchor remembers."""
    settings.SEAL_ANCHOR = tmp_path / "anchor"
    settings.SEAL_ANCHOR.mkdir()
    write(2)
    sealing.seal(SINCE)
    write(1)
    last = sealing.seal(SINCE)
    assert faults() == []
    cut_to(2)
    last.unlink()
    assert faults() == ["Sigill 2 saknas."]
    write(1)
    assert sealing.seal(SINCE).name.startswith("000003-")
    assert faults() == ["Sigill 2 saknas."]


def test_all_seals_removed_with_all_rows_are_found_by_the_anchor(settings, tmp_path):
    """CAP-06"""
    settings.SEAL_ANCHOR = tmp_path / "anchor"
    settings.SEAL_ANCHOR.mkdir()
    for _ in range(3):
        write(1)
        sealing.seal(SINCE)
    for table in ("audit_eventvalues", "audit_event", "audit_chain"):
        tamper(f"delete from {table}")
    for seal in settings.SEALS.iterdir():
        seal.unlink()
    assert faults() == ["Sigill 1 till 3 saknas."]


def test_without_an_anchor_the_removed_end_is_not_found_and_that_is_said(settings, capsys):
    """CAP-06: the limit that the decision on the seals tells of."""
    write(2)
    sealing.seal(SINCE)
    write(1)
    last = sealing.seal(SINCE)
    cut_to(2)
    last.unlink()
    call_command("verify_log")
    assert "Inget ankare är inställt" in capsys.readouterr().out


def test_the_anchor_holds_checksums_as_sha256sum_reads_them(settings, tmp_path):
    """CAP-06"""
    settings.SEAL_ANCHOR = tmp_path / "anchor"
    settings.SEAL_ANCHOR.mkdir()
    write(1)
    sealing.seal(SINCE)
    (file,) = settings.SEAL_ANCHOR.iterdir()
    assert file.name == f"000001-{SINCE}.sha256"
    assert file.read_text() == f"{seals.kept()[0].checksum}  000001-{SINCE}.json\n"


def test_an_anchor_out_of_reach_fails_the_sealing_which_stands_and_is_anchored_the_next_time(
    settings, tmp_path
):
    """CAP-06"""
    settings.SEAL_ANCHOR = tmp_path / "anchor"
    write(1)
    with pytest.raises(FileNotFoundError):
        sealing.seal(SINCE)
    assert faults() == ["Ankaret saknar 1 sigill, det första är sigill 1."]
    settings.SEAL_ANCHOR.mkdir()
    assert sealing.seal(SINCE) is None
    assert faults() == []


def test_a_seal_that_the_anchor_knows_otherwise_and_an_empty_anchor_are_found(settings, tmp_path):
    """CAP-06"""
    settings.SEAL_ANCHOR = tmp_path / "anchor"
    settings.SEAL_ANCHOR.mkdir()
    write(1)
    sealing.seal(SINCE)
    write(1)
    sealing.seal(SINCE)
    one, two = sorted(settings.SEAL_ANCHOR.iterdir())
    one.write_text("")
    two.write_text("0" * 64 + "  x\n")
    assert faults() == [
        "Ankaret för sigill 1 går inte att läsa.",
        "Sigill 2 är ett annat än det som förankrades.",
    ]


def test_a_mail_with_the_checksum_proves_the_seals_too(settings):
    """CAP-06"""
    settings.SEAL_MAIL = ["arkiv@sjovik.example"]
    write(2)
    sealing.seal(SINCE)
    write(1)
    last = sealing.seal(SINCE)
    assert [letter.to for letter in mail.outbox] == [["arkiv@sjovik.example"]] * 2
    mark = f"2:{seals.kept()[1].checksum}"
    assert f"verify_log --anchor {mark}" in mail.outbox[1].body
    call_command("verify_log", "--anchor", mark)
    cut_to(2)
    last.unlink()
    with pytest.raises(CommandError):
        call_command("verify_log", "--anchor", mark)


def test_what_no_mail_says_is_refused():
    """CAP-06"""
    with pytest.raises(CommandError, match="inte ett nummer och en kontrollsumma"):
        call_command("verify_log", "--anchor", "2:abc")


def test_a_full_disk_leaves_no_seal_and_the_next_one_is_written(settings, monkeypatch):
    """CAP-06"""
    write(1)

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(os, "fsync", full)
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            sealing.seal(SINCE)
    assert list(settings.SEALS.iterdir()) == []
    assert sealing.seal(SINCE).name == f"000001-{SINCE}.json"
    assert faults() == []


@pytest.mark.parametrize("content", ["", '{"day": "2026-', "[]", '{"hmac": 7}', "\x00"])
def test_a_broken_seal_is_named_while_verifying_and_sealing_go_on(settings, capsys, content):
    """CAP-06: what it sealed is sealed again."""
    write(2)
    first = sealing.seal(SINCE)
    first.write_text(content)
    broken = f"Sigillet {first.name} går inte att läsa."
    assert faults() == [broken]
    second = sealing.seal(SINCE)
    assert second.name == f"000002-{SINCE}.json"
    assert json.loads(second.read_text())["heads"] == {OWN: [2, Chain.objects.get().head]}
    cut_to(1)
    with pytest.raises(CommandError):
        call_command("verify_log")
    said = capsys.readouterr().err.splitlines()
    assert said == [broken, "case:1: kedjan är kortare än när den förseglades."]


def test_a_file_among_the_seals_that_is_none_is_named(settings):
    """CAP-06"""
    write(1)
    sealing.seal(SINCE)
    (settings.SEALS / "copy.json").write_text("{}")
    assert faults() == ["Sigillet copy.json går inte att läsa."]
    write(1)
    assert sealing.seal(SINCE).name.startswith("000002-")


# Triggers


@pytest.mark.parametrize("name", sorted(triggers.wanted(connection.vendor)))
def test_each_missing_trigger_is_named(name):
    """CAP-06: three of four are not all."""
    write(1)
    connection.check_constraints()  # PostgreSQL changes no triggers while checks are waiting
    table = name.removeprefix("audit_log_").rpartition("_")[0]
    run(f"drop trigger {name}" + (f" on {table}" if connection.vendor == "postgresql" else ""))
    assert faults() == [f"Databasens skydd {name} saknas."]
    with pytest.raises(CommandError):
        call_command("verify_log")


def test_three_of_four_dropped_is_three_faults():
    """CAP-06"""
    write(1)
    triggers.remove(connection)
    run(triggers.wanted(connection.vendor)["audit_log_audit_event_delete"])
    assert len(faults()) == len(triggers.wanted(connection.vendor)) - 1


UPDATE = "audit_log_audit_event_update"


def test_a_trigger_that_never_refuses_is_named():
    """CAP-06: the right name on the right table is not enough."""
    write(1)
    triggers.remove(connection)
    never = (
        ("for each row", "for each row when (false)")
        if connection.vendor == "postgresql"
        else ("on audit_event begin", "on audit_event when 0 begin")
    )
    for name, statement in triggers.wanted(connection.vendor).items():
        run(statement.replace(*never) if name == UPDATE else statement)
    run("update audit_event set personal = personal")
    assert faults() == [f"Databasens skydd {UPDATE} är ändrat."]


def test_a_trigger_on_another_table_is_named():
    """CAP-06"""
    write(1)
    triggers.remove(connection)
    for name, statement in triggers.wanted(connection.vendor).items():
        run(
            statement.replace("on audit_event ", "on audit_chain ") if name == UPDATE else statement
        )
    assert faults() == [f"Databasens skydd {UPDATE} är ändrat."]


on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no such switch"
)


@on_postgresql
@pytest.mark.parametrize("how", ["disable", "enable replica"])
def test_a_disabled_trigger_is_named(how):
    """CAP-06"""
    write(1)
    connection.check_constraints()
    run(f"alter table audit_event {how} trigger {UPDATE}")
    run("update audit_event set personal = personal")
    assert faults() == [f"Databasens skydd {UPDATE} är avstängt."]


@on_postgresql
def test_triggers_whose_function_was_emptied_are_named():
    """CAP-06"""
    write(1)
    run(
        "create or replace function audit_log_refuse() returns trigger language plpgsql as "
        "$$ begin return new; end $$"
    )
    assert faults() == [
        f"Databasens skydd {name} är ändrat." for name in triggers.wanted("postgresql")
    ]
