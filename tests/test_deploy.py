"""What stands in deploy/ agrees with the settings, and production refuses what is unsafe."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SAFE = {
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "KUNDVAL_HOSTS": "kundval.example",
    "KUNDVAL_SMTP_HOST": "smtp.example",
    "KUNDVAL_SECRET_KEY": secrets.token_urlsafe(48),
    "KUNDVAL_FIELD_KEYS": secrets.token_urlsafe(48),
    "KUNDVAL_SEAL_KEY": secrets.token_urlsafe(48),
}


def check(tmp_path, **changes: str) -> subprocess.CompletedProcess:
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KUNDVAL_", "DJANGO_"))
    }
    stated = {k: v for k, v in (SAFE | changes).items() if v != ""}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=clean | stated | {"KUNDVAL_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
    )


def names(text: str) -> set[str]:
    return set(re.findall(r"\bKUNDVAL_[A-Z_]+", text))


def test_production_starts_with_the_example_once_its_secrets_are_filled_in(tmp_path):
    """Also with what is left empty there."""
    lines = (ROOT / "deploy" / "kundval.env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KUNDVAL_")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=clean | example | SAFE | {"KUNDVAL_DATA": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr


def test_production_with_safe_values_has_nothing_to_remark_on(tmp_path):
    done = check(tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"KUNDVAL_SECRET_KEY": ""}, "KUNDVAL_SECRET_KEY must be set"),
        ({"KUNDVAL_SECRET_KEY": "change-me"}, "KUNDVAL_SECRET_KEY is too short or a default"),
        ({"KUNDVAL_FIELD_KEYS": "a" * 40}, "KUNDVAL_FIELD_KEYS is too short or a default"),
        ({"KUNDVAL_DEBUG": "1"}, "Debug and demo logins cannot be used"),
        ({"KUNDVAL_DEMO": "yes"}, "Debug and demo logins cannot be used"),
        ({"KUNDVAL_SMTP_TLS": "perhaps"}, "KUNDVAL_SMTP_TLS must be one of"),
        ({"KUNDVAL_SMTP_PORT": "many"}, "KUNDVAL_SMTP_PORT must be a whole number"),
    ],
)
def test_production_refuses_to_start_with_what_is_unsafe_or_wrong(tmp_path, changes, said):
    done = check(tmp_path, **changes)
    assert done.returncode != 0
    assert said in done.stderr


def test_every_setting_stands_in_the_example_and_nothing_else():
    code = "".join(
        path.read_text()
        for path in [*ROOT.glob("config/settings/*.py"), *ROOT.glob("config/*.py")]
        if path.name not in ("demo.py", "test.py")
    )
    example = (ROOT / "deploy" / "kundval.env.example").read_text()
    fixed = {
        "KUNDVAL_DATA",
        "KUNDVAL_STATIC",
        "KUNDVAL_DEBUG",
        "KUNDVAL_DEMO",
        "KUNDVAL_TRACEBACK",  # of `make run`
        "KUNDVAL_SSL_REDIRECT",
    }
    assert names(code) - fixed == names(example)
