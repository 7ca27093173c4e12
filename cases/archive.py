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
    with tempfile.TemporaryDirectory() as scratch:
        dump = Path(scratch) / DATABASE
        _dump(dump)
        with tarfile.open(unfinished, "w:gz") as tar:
            _add_manifest(tar, at)
            tar.add(dump, DATABASE)
            for name, folder in _folders().items():
                if folder.exists():
                    tar.add(folder, name)
    os.chmod(unfinished, 0o600)
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
            shutil.rmtree(folder, ignore_errors=True)
            if (kept := Path(scratch) / name).exists():
                shutil.copytree(kept, folder)


def _folders() -> dict[str, Path]:
    return {"files": settings.FILES, "seals": settings.SEALS}


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
        connection.close()
        _postgres(
            "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
            f"--dbname={connection.settings_dict['NAME']}", str(source),
        )  # fmt: skip


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
