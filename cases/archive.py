"""Backup and restore: the database, the files and the log's seals, in one tar file.

The database is copied by its own tool (SQLite's backup, pg_dump): that keeps encrypted fields encrypted,
sequences right and the log's triggers in place, which a dump of objects would not. The key of the
encrypted fields is not in the backup; it is kept apart.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from organisation import swedish

MANIFEST, DATABASE = "manifest.json", "database"
BESIDE = ".restoring"
"""Where a folder's new content lies until the database has been exchanged."""


class ArchiveError(Exception):
    """Why a backup or restore was not done."""


def back_up(target: Path, at: datetime) -> None:
    """Write the backup to `target`, which appears only when it is whole."""
    unfinished = target.with_suffix(target.suffix + ".part")
    unfinished.touch(mode=0o600)
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(unfinished, "w:gz") as tar:
        _add_manifest(tar, at)
        # The order is what keeps a running system's backup whole: no seal is of a later log than the
        # database holds, and no row points at a file that was not written yet.
        _add_folder(tar, "seals")
        dump = Path(scratch) / DATABASE
        _dump(dump)
        tar.add(dump, DATABASE)
        _add_folder(tar, "files")
    unfinished.replace(target)


def restore(source: Path, *, wipe: bool) -> None:
    """Put a backup in place, all of it or nothing: it is unpacked, read to its end and laid beside
    what is there before any of that is touched.

    Raises ArchiveError when the backup is not whole or of another kind of database, and when there is
    data already and `wipe` is false.
    """
    with tempfile.TemporaryDirectory() as scratch:
        kept = Path(scratch)
        _unpack(source, kept)
        manifest = json.loads((kept / MANIFEST).read_text())
        if manifest["database"] != connection.vendor:
            raise ArchiveError(
                f"The backup is of {manifest['database']}, this installation uses "
                f"{connection.vendor}. Point KUNDVAL_DATABASE to the right kind."
            )
        if not wipe and _has_data():
            raise ArchiveError("There is data already. Add --wipe to replace all of it.")
        load = _proven(kept / DATABASE)
        folders = _folders()
        try:
            for name, folder in folders.items():
                _lay_beside(kept / name, folder)
            load()
        except BaseException:
            for folder in folders.values():
                shutil.rmtree(folder / BESIDE, ignore_errors=True)
            raise
        for folder in folders.values():
            _exchange(folder)


def _unpack(source: Path, target: Path) -> None:
    """Unpack all of it, which reads the checksum at its end."""
    try:
        with tarfile.open(source) as tar:
            # Debian 12's Python may be older than the filter; the file is our own either way.
            if hasattr(tarfile, "data_filter"):
                tar.extractall(target, filter="data")
            else:
                tar.extractall(target)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ArchiveError(
            f"{source} is not a whole backup ({error}). Nothing is changed."
        ) from error
    if missing := [name for name in (MANIFEST, DATABASE) if not (target / name).exists()]:
        raise ArchiveError(f"{source} lacks {', '.join(missing)}. Nothing is changed.")


def _folders() -> dict[str, Path]:
    return {"files": settings.FILES, "seals": settings.SEALS}


def _add_folder(tar: tarfile.TarFile, name: str) -> None:
    folder = _folders()[name]
    if folder.exists():
        tar.add(folder, name)


def _lay_beside(kept: Path, folder: Path) -> None:
    """Copy what was kept to the folder's own disk, which may be full, beside what is there."""
    beside = folder / BESIDE
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    if kept.exists():
        shutil.copytree(kept, beside, dirs_exist_ok=True)


def _exchange(folder: Path) -> None:
    """Let what lies beside take the place of the rest; the folder itself may be a disk of its own."""
    for entry in folder.iterdir():
        if entry.name == BESIDE:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for entry in (folder / BESIDE).iterdir():
        entry.rename(folder / entry.name)
    (folder / BESIDE).rmdir()


def _add_manifest(tar: tarfile.TarFile, at: datetime) -> None:
    body = json.dumps({"database": connection.vendor, "made_at": at.isoformat()}).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size = len(body)
    tar.addfile(entry, io.BytesIO(body))


def _has_data() -> bool:
    """Whether anybody is in the database."""
    if "organisation_user" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from organisation_user")
        return cursor.fetchone()[0] > 0


def _dump(target: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
    else:
        _postgres("pg_dump", "--format=custom", "--no-owner", f"--file={target}")


def _proven(dump: Path) -> Callable[[], None]:
    """Read the whole copy of the database. Returns what puts it in place, in one transaction."""
    return _proven_sqlite(dump) if connection.vendor == "sqlite" else _proven_postgres(dump)


def _proven_sqlite(dump: Path) -> Callable[[], None]:
    with closing(sqlite3.connect(dump)) as copy:
        swedish.give_order(copy)
        try:
            found = [row[0] for row in copy.execute("pragma integrity_check")]
        except sqlite3.DatabaseError as error:
            found = [str(error)]
    if found != ["ok"]:
        raise ArchiveError(f"The backup's database is damaged: {found[0]}. Nothing is changed.")

    def load() -> None:
        connection.ensure_connection()
        with closing(sqlite3.connect(dump)) as copy:
            copy.backup(connection.connection)
        connection.close()  # the next one reads the schema anew

    return load


def _proven_postgres(dump: Path) -> Callable[[], None]:
    """As a script: making it reads the dump to its end, and psql can run it in one transaction with
    what takes the tables away. Those of a later version, which the backup knows nothing of, would
    stand in its way."""
    script, away = dump.with_suffix(".sql"), dump.with_suffix(".away.sql")
    _postgres("pg_restore", "--clean", "--if-exists", "--no-owner", f"--file={script}", str(dump))
    away.write_text("".join(f"drop table {name} cascade;\n" for name in _tables()))

    def load() -> None:
        connection.close()
        _postgres(
            "psql",
            "--quiet",
            "--no-psqlrc",
            "--set=ON_ERROR_STOP=1",
            "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}",
            f"--file={away}",
            f"--file={script}",
        )

    return load


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        return [
            connection.ops.quote_name(name) for name in connection.introspection.table_names(cursor)
        ]


def _postgres(tool: str, *arguments: str) -> None:
    stated = connection.settings_dict
    environment = os.environ | {
        variable: str(stated[name])
        for variable, name in (
            ("PGHOST", "HOST"),
            ("PGPORT", "PORT"),
            ("PGUSER", "USER"),
            ("PGPASSWORD", "PASSWORD"),
            ("PGDATABASE", "NAME"),
        )
        if stated[name]
    }
    done = subprocess.run([tool, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ArchiveError(f"{tool} failed: {done.stderr.strip()[:500]}")
