"""Reads of a person's data, logged from a request. Requirement SEC-02."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import models
from django.http import HttpRequest

from audit import log
from organisation.acting import act_of


def log_read(
    request: HttpRequest, chain: str, name: str, subject: models.Model, roles: Collection[str],
    unit_path: str = "", values: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """That the person of the request has read about `subject`, by one of `roles` in the unit."""
    log.record_read(chain, name, act_of(request, roles, unit_path), subject=subject, values=values)
