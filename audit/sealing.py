"""Daily seals of the chains' heads, kept outside the database under a keyed hash. CAP-06.

A seal file `<number>-<date>.json` lists the head of every chain that grew since the last seal, and
the keyed hash of the seal before it, so that neither a row nor a file can be taken away unseen.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import connection

from audit import showings
from audit.log import HASHED_FIELDS, canonical, event_hash, hash_values
from audit.models import Chain, Event, EventValues


@dataclass(frozen=True)
class Verification:
    """What `verify` found: how much was read, and every fault as a Swedish sentence."""

    chains: int
    events: int
    disposed: int
    faults: tuple[str, ...]


def seal(day: date) -> Path | None:
    """Write the seal of `day`. Returns its path, or None when nothing grew since the last seal."""
    files = _files()
    sealed, _ = _read(files)
    grown = {
        name: [length, head]
        for name, length, head in Chain.objects.order_by("name").values_list(
            "name", "length", "head"
        )
        if sealed.get(name) != [length, head]
    }
    if not grown:
        return None
    body = {
        "day": day.isoformat(),
        "heads": grown,
        "previous": json.loads(files[-1].read_text())["hmac"] if files else "",
    }
    settings.SEALS.mkdir(parents=True, exist_ok=True)
    path = settings.SEALS / f"{len(files) + 1:06d}-{day.isoformat()}.json"
    path.write_text(json.dumps({**body, "hmac": _keyed_hash(body)}, indent=1, sort_keys=True))
    return path


def verify() -> Verification:
    """Walk every chain and every seal. Finds a changed row, a cut tail, a removed chain, a re-hash.

    What happened after the last seal is covered by the chain alone.
    """
    sealed, faults = _read(_files())
    chains = {
        pk: (name, length, head)
        for pk, name, length, head in Chain.objects.values_list("pk", "name", "length", "head")
    }
    faults += showings.faults()
    faults += [
        f"Kedjan {name} finns i sigillet men inte i databasen."
        for name in sorted(set(sealed) - {name for name, _, _ in chains.values()})
    ]
    ends: dict[int, tuple[int, str]] = {}
    count = 0
    for row in _rows():
        if row["chain_id"] not in chains or row["seq"] > chains[row["chain_id"]][1]:
            continue  # written while this runs: the next verification's matter
        length, head = ends.get(row["chain_id"], (0, ""))
        name = chains[row["chain_id"]][0]
        if row["seq"] != length + 1:
            faults.append(f"{name}: händelse {length + 1} saknas.")
        if row["previous_hash"] != head or row["hash"] != event_hash(row):
            faults.append(f"{name}: händelse {row['seq']} är ändrad.")
        if sealed.get(name, [0, ""])[0] == row["seq"] and sealed[name][1] != row["hash"]:
            faults.append(f"{name}: händelse {row['seq']} stämmer inte med sigillet.")
        ends[row["chain_id"]] = (row["seq"], row["hash"])
        count += 1
    for pk, (name, length, head) in chains.items():
        if ends.get(pk, (0, "")) != (length, head):
            faults.append(f"{name}: slutet av kedjan saknas eller är ändrat.")
        if ends.get(pk, (0, ""))[0] < sealed.get(name, [0, ""])[0]:
            faults.append(f"{name}: kedjan är kortare än när den förseglades.")
    value_faults, kept = _verify_values()
    with_values = Event.objects.exclude(fields=[]).count()
    return Verification(len(chains), count, with_values - kept, (*faults, *value_faults))


def _rows() -> Iterator[dict]:
    return (
        Event.objects.order_by("chain_id", "seq")
        .values(*HASHED_FIELDS, "hash")
        .iterator(chunk_size=5000)
    )


def _verify_values() -> tuple[list[str], int]:
    faults, kept = [], 0
    rows = EventValues.objects.values_list(
        "event_id", "salt", "values", "event__values_hash"
    ).iterator(chunk_size=5000)
    for pk, salt, values, expected in rows:
        kept += 1
        if hash_values(salt, values) != expected:
            faults.append(f"Värdena till händelse {pk} är ändrade.")
    return faults, kept


def _files() -> list[Path]:
    return sorted(settings.SEALS.glob("*.json"))


def _read(files: list[Path]) -> tuple[dict[str, list], list[str]]:
    heads: dict[str, list] = {}
    faults: list[str] = []
    previous = ""
    for number, path in enumerate(files, 1):
        body = json.loads(path.read_text())
        signature = body.pop("hmac")
        if not path.name.startswith(f"{number:06d}-") or body["previous"] != previous:
            faults.append(f"Ett sigill saknas före {path.name}.")
        if not hmac.compare_digest(signature, _keyed_hash(body)):
            faults.append(f"Sigillet {path.name} är ändrat.")
        heads |= body["heads"]
        previous = signature
    return heads, faults


def _keyed_hash(body: dict) -> str:
    key = settings.SEAL_KEY.encode()
    return hmac.new(key, canonical(body).encode(), hashlib.sha256).hexdigest()


def database_holds_the_log() -> bool:
    """Whether the triggers that refuse changes to the log are in place."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("select count(*) from sqlite_master where name like 'audit_log_%'")
        else:
            cursor.execute(
                "select count(*) from pg_trigger where tgname like 'audit_log_%' and tgenabled='O'"
            )
        return cursor.fetchone()[0] > 0
