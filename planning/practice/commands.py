"""Practice units: ordered, stepped into, taken away; and who has been trained by whom. BEY-17."""

from django.db import transaction

from audit import log
from audit.act import Act
from door.command import Command, Kept
from door.filled import Filled
from door.refusals import Refused
from organisation.models import RoleAssignment, Unit
from organisation.roles import Role
from planning.models import Practice, Training
from planning.practice import making
from planning.practice.forms import TrainingForm
from planning.practice.tasks import make_practice
from planning.staffing.reach import EDITORS


class StartPractice(Command[Practice]):
    """Have a unit copied. A making that was broken off gives way."""

    label, roles = "Gör en övningsenhet", EDITORS

    def check(self, practice: Practice, act: Act) -> None:
        # Of two who ask at once, one is told that there is one.
        unit = Unit.objects.select_for_update().get(pk=practice.original_id)
        if unit.practice_of_id:
            raise Refused("Det här är redan en övningsenhet.")
        if any(not making.is_broken(old, act.at) for old in unit.practices.filter(ended_at=None)):
            raise Refused(f"{unit} har redan en övningsenhet. Ta bort den först.")

    def apply(self, practice: Practice, act: Act) -> Kept:
        for broken in practice.original.practices.filter(ended_at=None):
            _take_away(broken, act)
            values = {"practice": broken.pk}
            log.record(broken.chain, "end_practice", act, subject=broken, values=values)
        practice.made_by, practice.started_at = act.user, act.at
        practice.save()
        transaction.on_commit(lambda: make_practice.delay(practice.pk), robust=True)
        return {"practice": practice.pk}


class EnterPractice(Command[Practice]):
    """Step into a practice unit: the person plans it, as long as it is there."""

    label, roles = "Öva", EDITORS

    @classmethod
    def fits(cls, practice: Practice) -> bool:
        return practice.unit is not None

    @classmethod
    def unfit(cls, practice: Practice) -> str:
        return "Övningsenheten är inte klar än."

    def apply(self, practice: Practice, act: Act) -> None:
        RoleAssignment.objects.get_or_create(
            user=act.user,
            role=Role.PLANNER,
            unit=practice.unit,
            defaults={"valid_from": act.day},
        )


class EndPractice(Command[Practice]):
    """Take a practice unit away; another can then be made."""

    label, roles = "Ta bort övningsenheten", EDITORS

    def apply(self, practice: Practice, act: Act) -> Kept:
        _take_away(practice, act)
        return {"practice": practice.pk}


def _take_away(practice: Practice, act: Act) -> None:
    """Nobody holds a role in the practice unit any more."""
    practice.ended_at = act.at
    practice.save(update_fields=["ended_at"])
    if practice.unit:
        RoleAssignment.objects.filter(unit=practice.unit).delete()
        Unit.objects.filter(pk=practice.unit.pk).update(valid_to=act.day)


class RegisterTraining(Filled[Training]):
    """Note that somebody has been trained."""

    label, roles = "Registrera utbildning", EDITORS
    filled: TrainingForm

    def stated(self) -> Kept:
        said = self.filled.cleaned_data
        return {
            "trainee": said["trainee"].pk,
            "trainer": said["trainer"].pk,
            "day": said["day"].isoformat(),
        }

    def apply(self, training: Training, act: Act) -> None:
        for name, value in act.stamp.items():
            setattr(training, name, value)
        training.save()

    def receipt(self, training: Training, values: Kept) -> str:
        return f"{training.trainee} är utbildad av {training.trainer}."
