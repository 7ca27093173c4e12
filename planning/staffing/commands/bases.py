"""Where the shifts of a unit start and end. PLN-20, PLN-21."""

from door.filled import ChangeRow
from planning.models import Base
from planning.staffing.reach import EDITORS


class PlaceBase(ChangeRow[Base]):
    """The place of a unit, its first or another."""

    label, roles = "Utgångsplats", EDITORS
    done = "Utgångsplatsen är sparad. Restider räknas därifrån när dagen öppnas nästa gång."
