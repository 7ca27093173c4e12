"""The verbs of deviations, in-depth follow-ups and remedies, in the order of the routine."""

from cases import actions
from procurement.escalations.commands import deviation, in_depth, measures, remedies
from procurement.escalations.commands.shared import SendMessage

COMMON = tuple(
    SendMessage if command is actions.SendMessage else command for command in actions.COMMON
)
OF_DEVIATION = (*deviation.COMMANDS, *COMMON)
OF_IN_DEPTH = (
    *in_depth.BEFORE, *measures.COMMANDS, *remedies.COMMANDS, *in_depth.AFTER, *COMMON,
)  # fmt: skip
