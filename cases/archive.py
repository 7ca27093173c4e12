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
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

MANIFEST, DATABASE = "manifest.json", "database"


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
    """Put a backup in place. Raises ArchiveError when there is data already and `wipe` is false,
    or when the backup is of another kind of database."""
    with tarfile.open(source) as tar, tempfile.TemporaryDirectory() as scratch:
        manifest = json.load(tar.extractfile(MANIFEST))  # type: ignore[arg-type]
        if manifest["database"] != connection.vendor:
            raise ArchiveError(
                f"The backup is of {manifest['database']}, this installation uses "
                f"{connection.vendor}. Point KUNDVAL_DATABASE to the right kind."
            )
        if not wipe and _has_data():
            raise ArchiveError("There is data already. Add --wipe to replace all of it.")
        # Debian 12's Python may be older than the filter; the file is our own either way.
        safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
        tar.extractall(scratch, **safely)
        _load(Path(scratch) / DATABASE)
        for name, folder in _folders().items():
            _empty(folder)
            if (kept := Path(scratch) / name).exists():
                shutil.copytree(kept, folder, dirs_exist_ok=True)


def _folders() -> dict[str, Path]:
    return {"files": settings.FILES, "seals": settings.SEALS}


def _add_folder(tar: tarfile.TarFile, name: str) -> None:
    folder = _folders()[name]
    if folder.exists():
        tar.add(folder, name)


def _empty(folder: Path) -> None:
    """Remove what is in it; the folder itself may be a disk of its own."""
    for entry in folder.iterdir() if folder.exists() else ():
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


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


def _load(source: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with sqlite3.connect(source) as copy:
            copy.backup(connection.connection)
        copy.close()
        connection.close()  # the next one reads the schema anew
    else:
        _postgres("pg_restore", "--list", str(source))  # readable, before anything is dropped
        _drop_tables()
        _postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}", str(source),
        )  # fmt: skip


def _drop_tables() -> None:
    """Those of a later version, which the backup knows nothing of, would stand in its way."""
    with connection.cursor() as cursor:
        if tables := connection.introspection.table_names(cursor):
            named = ", ".join(connection.ops.quote_name(table) for table in tables)
            cursor.execute(f"drop table {named} cascade")
    connection.close()


def _postgres(tool: str, *arguments: str) -> None:
    stated = connection.settings_dict
    environment = os.environ | {
        variable: str(stated[name])
        for variable, name in (
            ("PGHOST", "HOST"), ("PGPORT", "PORT"), ("PGUSER", "USER"), ("PGPASSWORD", "PASSWORD"),
            ("PGDATABASE", "NAME"),
        )
        if stated[name]
    }  # fmt: skip
    done = subprocess.run([tool, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise ArchiveError(f"{tool} failed: {done.stderr.strip()[:500]}")
