"""The verbs of an application, in the order of the routine."""

from procurement.applications.commands import assessment, committee, controls, intake

ALL = (*intake.COMMANDS, *controls.COMMANDS, *assessment.COMMANDS, *committee.COMMANDS)
