"""The areas that providers are followed up in (seed 002, *Uppföljning*). FUP-03."""

from django.db import models


class FollowUpArea(models.TextChoices):
    """What a question, a finding or a deviation is about."""

    CONTRACT = "contract", "Avtalet"
    MANAGEMENT = "management", "Verksamhetsansvarig och arbetsledning"
    STAFF = "staff", "Medarbetarnas kompetens och språk"
    DOCUMENTATION = "documentation", "Genomförandeplaner och dokumentation"
    DATA_PROTECTION = "data_protection", "Dataskydd"
    EXECUTION = "execution", "Insatser enligt beslut"
    SPECIFICATION = "specification", "Förfrågningsunderlagets kvalitet och aktualitet"
    GUARANTEES = "guarantees", "Service- och värdighetsgarantier"
    ECONOMY = "economy", "Kundvalets ekonomi"
