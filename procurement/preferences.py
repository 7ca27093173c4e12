"""What a municipality chooses for the life of its providers."""

from procurement.complaints.rules import ANSWER_DAYS

PREFERENCES = (ANSWER_DAYS,)
