"""The processes of the app: a day's plan, and extra needs."""

from planning.extras.process import EXTRA_NEED
from planning.publishing.process import DAY_PLAN

PROCESSES = (DAY_PLAN, EXTRA_NEED)
