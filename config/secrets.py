"""Secrets that are made on first start and kept in a file, for installations without a secret store."""

import os
import secrets
from pathlib import Path


def kept(folder: Path, name: str) -> str:
    """The secret `name` in `folder`; made (readable by its owner alone) when it is not there."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return kept(folder, name)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
