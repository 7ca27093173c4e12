"""The verbs of a tender, in the order of the routine. TND-01, TND-02, INT-06, INT-07."""

from procurement.tenders.commands import award, drafting, questions

COMMANDS = (*drafting.COMMANDS, *questions.COMMANDS, *award.COMMANDS)
