"""What is done with the skills that all units share, and with the teams of a unit. PLN-21."""

from audit.act import Act
from door.command import Kept
from door.filled import AddRow, ChangeRow, Filled, plain
from planning.models import Skill, Team
from planning.staffing.forms import LastDayForm
from planning.staffing.reach import EDITORS


class AddKindOfSkill(AddRow[Skill]):
    """A new skill."""

    label, roles = "Ny kompetens", EDITORS

    def receipt(self, skill: Skill, values: Kept) -> str:
        return f"{skill} är tillagd."


class ChangeKindOfSkill(ChangeRow[Skill]):
    """What a skill is called, and whether it is a delegation."""

    label, roles, done = "Ändra kompetens", EDITORS, "Kompetensen är sparad."


class AddTeam(AddRow[Team]):
    """A new team."""

    label, roles = "Nytt arbetslag", EDITORS

    def receipt(self, team: Team, values: Kept) -> str:
        return f"{team} är tillagt. Ändra arbetslag på personens sida."


class RenameTeam(ChangeRow[Team]):
    """A team's name."""

    label, roles, done = "Byt namn på arbetslag", EDITORS, "Arbetslaget är sparat."


class EndTeam(Filled[Team]):
    """A team's last day; its carers then have none."""

    label, roles = "Avsluta arbetslaget", EDITORS
    filled: LastDayForm

    def stated(self) -> Kept:
        return {}

    def apply(self, team: Team, act: Act) -> Kept:
        before, team.valid_to = team.valid_to, self.filled.cleaned_data["last_day"]
        team.save()
        return {"valid_to": [plain(before), plain(team.valid_to)]}

    def receipt(self, team: Team, values: Kept) -> str:
        return f"{team} slutar {team.valid_to}."
