"""The seals' files and their anchor. CAP-06.

A seal `<number>-<day>.json` lists the head of every chain that grew since the seal before it, that
seal's number and checksum, and a keyed hash over all of it. The anchor is a second folder, out of
reach for whoever holds the database and the seals: it has a checksum for each seal, so that seals
cannot be removed from the end unseen. The same checksum goes out by mail.
"""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail import send_mail

from audit.log import canonical

_NAME = re.compile(r"([0-9]{6,9})-[0-9-]{10}\.json")
_CHECKSUM = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Seal:
    """A seal's file as it lies there. `body` is None when it says nothing that can be trusted."""

    path: Path
    number: int
    checksum: str
    body: dict[str, Any] | None
    fault: str


def kept() -> list[Seal]:
    """Every file of the seals' folder, in order."""
    return sorted(map(_read, settings.SEALS.glob("*.json")), key=lambda seal: seal.number)


def write(day: date, heads: dict[str, list]) -> Path:
    """Write the next seal. It is there whole, or not at all."""
    last = max(kept(), key=lambda seal: seal.number, default=None)
    number = max(last.number if last else 0, *anchored(), 0) + 1
    body = {
        "number": number,
        "day": day.isoformat(),
        "heads": heads,
        "previous": [last.number, last.checksum] if last else None,
    }
    settings.SEALS.mkdir(parents=True, exist_ok=True)
    path = settings.SEALS / _name(body)
    signed = {**body, "hmac": _keyed_hash(body)}
    _write_whole(path, json.dumps(signed, indent=1, sort_keys=True))
    return path


def sealed(seals: Iterable[Seal]) -> dict[str, dict[int, str]]:
    """Name of chain -> length -> head, as every trustworthy seal has it; the latest comes last."""
    found: dict[str, dict[int, str]] = {}
    for seal in seals:
        for name, (length, head) in (seal.body or {}).get("heads", {}).items():
            found.setdefault(name, {})[length] = head
    return found


def faults(seals: Sequence[Seal], told: Iterable[tuple[int, str]] = ()) -> Iterator[str]:
    """What is wrong with the seals, by themselves and by the anchor; `told` is what mails say."""
    yield from (seal.fault for seal in seals if seal.fault)
    checksums = {seal.number: seal.checksum for seal in seals if seal.number}
    anchors = anchored()
    marks = [*((n, checksum) for n, checksum in anchors.items() if checksum), *told]
    last = max([*checksums, *anchors, *(number for number, _ in marks)], default=0)
    for before, after in pairwise([0, *sorted(checksums), last + 1]):
        if after - before > 1:
            yield f"Sigill {' till '.join(map(str, sorted({before + 1, after - 1})))} saknas."
    yield from (f"Ankaret för sigill {n} går inte att läsa." for n in anchors if not anchors[n])
    if settings.SEAL_ANCHOR and (loose := sorted(checksums.keys() - anchors)):
        yield f"Ankaret saknar {len(loose)} sigill, det första är sigill {loose[0]}."
    for number, checksum in marks:
        if checksums.get(number, checksum) != checksum:
            yield f"Sigill {number} är ett annat än det som förankrades."
    for seal in seals:
        number, checksum = (seal.body and seal.body["previous"]) or (0, "")
        if checksums.get(number, checksum) != checksum:
            yield f"Sigill {number} är ett annat än det som sigill {seal.number} följer på."


def anchored() -> dict[int, str]:
    """Number -> checksum of the seals that the anchor knows; empty where its file is broken."""
    folder = settings.SEAL_ANCHOR
    files: list[Path] = sorted(folder.glob("[0-9]*.sha256")) if folder else []
    numbered = [(path.name.partition("-")[0], path) for path in files]
    return {int(number): _checksum(path) for number, path in numbered if number.isdecimal()}


def anchor() -> None:
    """Give the anchor the checksums that it lacks, written as `sha256sum -c` reads them."""
    if not settings.SEAL_ANCHOR:
        return
    known = anchored()
    for seal in kept():
        if seal.number and seal.number not in known:
            path = settings.SEAL_ANCHOR / seal.path.with_suffix(".sha256").name
            _write_whole(path, f"{seal.checksum}  {seal.path.name}\n")


def mail(path: Path) -> None:
    """Send the seal's checksum to those who keep it."""
    if not settings.SEAL_MAIL:
        return
    seal = _read(path)
    mark = f"{seal.number}:{seal.checksum}"
    send_mail(
        f"Kundval: sigill {seal.number}",
        f"Händelseloggen är förseglad. Sigill {seal.number} har kontrollsumman\n\n{mark}\n\n"
        "Spara brevet utom räckhåll för den som sköter databasen. Så prövas loggen mot det:\n\n"
        f"manage.py verify_log --anchor {mark}\n",
        None,
        settings.SEAL_MAIL,
    )


def _read(path: Path) -> Seal:
    named = _NAME.fullmatch(path.name)
    number = int(named[1]) if named else 0
    checksum = ""
    try:
        content = path.read_bytes()
        checksum = hashlib.sha256(content).hexdigest()
        body = json.loads(content)
        signature = body.pop("hmac").encode()
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError):
        return Seal(path, number, checksum, None, f"Sigillet {path.name} går inte att läsa.")
    is_own = hmac.compare_digest(signature, _keyed_hash(body).encode())
    if not is_own or path.name != _name(body):
        return Seal(path, number, checksum, None, f"Sigillet {path.name} är ändrat.")
    return Seal(path, number, checksum, body, "")


def _name(body: Mapping[str, Any]) -> str:
    return f"{body['number']:06d}-{body['day']}.json"


def _checksum(path: Path) -> str:
    try:
        checksum, _, _ = path.read_text(errors="replace").partition(" ")
    except OSError:
        return ""
    return checksum if _CHECKSUM.fullmatch(checksum) else ""


def _write_whole(path: Path, text: str) -> None:
    """A full disk or a crash leaves no half file: the name comes when the content is on disk."""
    unfinished = path.with_suffix(".part")
    try:
        with unfinished.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _keyed_hash(body: dict) -> str:
    key = settings.SEAL_KEY.encode()
    return hmac.new(key, canonical(body).encode(), hashlib.sha256).hexdigest()
