"""A backup brings back database, files and log; the key of the encrypted fields is not in it."""

import io
import tarfile
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import sealing
from cases import archive
from cases.models import Case
from organisation.encryption import EncryptedTextField
from organisation.models import Provider, User
from procurement.applications.models import ProviderApplication
from tests.factories import at
from tests.procurement.routine import application_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.both]


def test_backed_up_wiped_and_restored_the_log_verifies_and_the_files_are_the_same(tmp_path):
    """CAP-06"""
    r = application_in("received")
    r.review(at(date(2026, 3, 4)))
    r.ask(at(date(2026, 3, 4)), "Rutin.", "qms")
    sealing.seal(date(2026, 3, 4))
    document = r.application.documents.get()
    before = document.file.open().read()
    file = tmp_path / "kundval.tar.gz"
    call_command("backup", file)

    from config.management.commands.demo import empty

    empty()
    document.file.delete(save=False)
    assert not Case.objects.exists()

    call_command("restore", file)
    row = ProviderApplication.objects.get()
    assert (row.state, row.number) == ("completion", "LOV-2026-0001")
    assert row.documents.get().file.open().read() == before
    call_command("verify_log")
    fresh = User.objects.create(username="ny", name="Ny")
    assert fresh.pk > r.company.pk  # sequences go on where they were


def test_a_database_with_data_is_not_overwritten_unasked(tmp_path):
    """CAP-06"""
    application_in("received")
    file = tmp_path / "kundval.tar.gz"
    call_command("backup", file)
    with pytest.raises(CommandError, match="--wipe"):
        call_command("restore", file)
    call_command("restore", file, wipe=True)
    assert Case.objects.count() == 1


def packed_anew(file: Path, target: Path, **changed: bytes) -> Path:
    """The backup with other content in some of its parts."""
    with tarfile.open(file) as old, tarfile.open(target, "w:gz") as new:
        for entry in old.getmembers():
            content = old.extractfile(entry)
            body = changed.get(entry.name, content.read() if content else b"")
            entry.size = len(body)
            new.addfile(entry, io.BytesIO(body))
    return target


def cut(file: Path, share: float) -> Path:
    """The first part of a file."""
    target = file.with_name(f"cut-{share}.tar.gz")
    content = file.read_bytes()
    target.write_bytes(content[: int(len(content) * share)])
    return target


def test_a_backup_that_is_not_whole_takes_nothing_away(tmp_path, settings):
    """CAP-06: a file cut anywhere, a database cut inside, a database of nothing, another kind."""
    r = application_in("received")
    file = tmp_path / "kundval.tar.gz"
    call_command("backup", file)
    with tarfile.open(file) as tar:
        database = tar.extractfile("database").read()
    other = b'{"database": "oracle", "made_at": "2026-03-04"}'
    broken = [
        *(cut(file, share) for share in (0.1, 0.5, 0.7, 0.99)),
        packed_anew(file, tmp_path / "a", database=database[: len(database) * 7 // 10]),
        packed_anew(file, tmp_path / "b", database=b"nothing"),
        packed_anew(file, tmp_path / "c", **{"manifest.json": other}),
    ]
    before = {path: path.read_bytes() for path in settings.FILES.rglob("*") if path.is_file()}
    for wrong in broken:
        with pytest.raises(CommandError):
            call_command("restore", wrong, wipe=True)
        assert Case.objects.get().number == r.application.number
        after = {path: path.read_bytes() for path in settings.FILES.rglob("*") if path.is_file()}
        assert after == before
    call_command("restore", file, wipe=True)
    assert Case.objects.get().number == r.application.number
    call_command("verify_log")


def test_a_full_disk_for_the_files_takes_nothing_away(tmp_path, monkeypatch):
    """CAP-06"""
    application_in("received")
    file = tmp_path / "kundval.tar.gz"
    call_command("backup", file)

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archive.shutil, "copytree", full)
    with pytest.raises(CommandError, match="No space left"):
        call_command("restore", file, wipe=True)
    assert Case.objects.count() == 1


def test_the_backup_holds_no_readable_identity_number_and_no_key(tmp_path, settings):
    """SEC-03: 9002089804 is a test number of the tax agency's."""
    Provider.objects.create(name="Aspens Hemservice", organisation_number="9002089804")
    file = tmp_path / "kundval.tar.gz"
    call_command("backup", file)
    with tarfile.open(file) as tar:
        for entry in tar.getmembers():
            content = tar.extractfile(entry)
            body = content.read() if content else b""
            assert b"9002089804" not in body
            assert settings.FIELD_KEYS[0].encode() not in body


def test_a_rotated_key_reads_and_finds_what_the_old_one_wrote(settings):
    """SEC-03"""
    provider = Provider.objects.create(name="Aspens", organisation_number="9002089804")
    settings.FIELD_KEYS = ["a-new-key", *settings.FIELD_KEYS]
    call_command("rotate_field_key")
    with connection.cursor() as cursor:
        cursor.execute("select organisation_number from organisation_provider")
        written = cursor.fetchone()[0]
    settings.FIELD_KEYS = ["a-new-key"]
    field = Provider._meta.get_field("organisation_number")
    assert isinstance(field, EncryptedTextField)
    assert field.from_db_value(written, None, connection) == "9002089804"
    settings.FIELD_KEYS = ["a-new-key", "test-only-field-key"]
    assert Provider.with_number("9002089804") == provider
