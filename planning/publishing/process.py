"""A unit's plan of a day: settled, published, restored. PLN-15, PLN-16."""

from cases.process import Process
from planning.models import DayPlan
from planning.publishing.commands import COMMANDS

DAY_PLAN = Process(case=DayPlan, commands=COMMANDS)
