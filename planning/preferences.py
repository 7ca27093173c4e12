"""What a municipality chooses about planning."""

from planning.extras import rules
from planning.staffing import schedule

PREFERENCES = (*schedule.PREFERENCES, *rules.PREFERENCES)
