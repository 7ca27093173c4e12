"""What a deviation or an in-depth follow-up lacks before each step. `perform`, flow and page ask.

Every function takes the case and the day, and returns what is missing (nothing: done).
"""

from datetime import date

from cases.dates import long_date
from door.refusals import Missing
from procurement.escalations.models import Deviation, Finding, InDepthFollowUp

# ------------------------------------------------------------------ deviation


def graded(deviation: Deviation, day: date) -> list[Missing]:
    """How serious it is."""
    return [] if deviation.grade else [Missing("Gradering", command="grade_deviation")]


def ivo(deviation: Deviation, day: date) -> list[Missing]:
    """Whether IVO is told of what is serious (SoL 27:7, CAP-17)."""
    if lacking := graded(deviation, day):
        return lacking
    if not deviation.ivo_is_open:
        return []
    return [
        Missing(
            "Om bristen ska anmälas till IVO",
            "SoL 27 kap. 7 §: kommunen anmäler allvarliga brister. Registrera anmälan, eller låt "
            "biträdande socialdirektören besluta att inte anmäla.",
            "report_to_ivo",
            or_else="decide_not_to_report",
        )
    ]


def closing(deviation: Deviation, day: date) -> list[Missing]:
    """What has to be done before it is closed."""
    return [*ivo(deviation, day), *_answer(deviation, day)]


def _answer(deviation: Deviation, day: date) -> list[Missing]:
    waiting = deviation.open_question()
    if waiting is None or day > waiting.due:
        return []
    hint = f"Sista dag är {long_date(waiting.due)}."
    return [Missing("Utförarens svar", hint, by_company=True)]


def closed(deviation: Deviation, day: date) -> list[Missing]:
    """That it is closed."""
    if deviation.closed_on:
        return []
    return closing(deviation, day) or [Missing("Utfall", command="close_deviation")]


# ------------------------------------------------------------------ in-depth follow-up


def plan(case: InDepthFollowUp, day: date) -> list[Missing]:
    """The area, how it is done, and how it is told (ESC-01, ESC-02)."""
    rows = (
        (case.area, "Område som uppföljningen begränsas till"),
        (case.method, "Plan för hur uppföljningen går till"),
        (case.communication_plan, "Kommunikationsplan"),
    )
    return [Missing(what, command="write_plan") for written, what in rows if not written]


def responsible(case: InDepthFollowUp, day: date) -> list[Missing]:
    """Who is responsible for each part (ESC-02)."""
    if case.responsible_people.exists():
        return []
    return [Missing("Ansvarig för varje del", command="name_area_responsible")]


def consultation(case: InDepthFollowUp, day: date) -> list[Missing]:
    """Close consultation with Omsorg SoL (ESC-02)."""
    if case.consulted_on:
        return []
    return [Missing("Samråd med Omsorg SoL", command="record_consultation")]


def starting(case: InDepthFollowUp, day: date) -> list[Missing]:
    """Everything that it needs before it begins (ESC-02)."""
    return [*plan(case, day), *responsible(case, day), *consultation(case, day)]


def started(case: InDepthFollowUp, day: date) -> list[Missing]:
    """That it has begun."""
    return [] if case.started_on else [Missing("Start", command="start_in_depth")]


def findings(case: InDepthFollowUp, day: date) -> list[Missing]:
    """What was found."""
    return [] if case.findings.exists() else [Missing("Iakttagelser", command="record_finding")]


def shortcoming(case: InDepthFollowUp, day: date) -> list[Missing]:
    """Something that the provider does not fulfil, before anything is demanded of it."""
    if case.findings.filter(result__in=Finding.SHORTCOMINGS).exists():
        return []
    return [Missing("En iakttagelse som visar en brist", command="record_finding")]


def ending(case: InDepthFollowUp, day: date) -> list[Missing]:
    """What has to be done before it is closed."""
    found = [] if case.state == InDepthFollowUp.State.PLANNING else findings(case, day)
    waiting = [
        Missing(
            f"Beslut om {row.remedy.get_step_display().lower()}",
            "Förslaget väntar på beslut.",
            f"decide_{row.remedy.step}",
        )
        for row in proposals(case)
    ]
    return [*found, *waiting, *(_of_plan(row) for row in waiting_plans(case))]


def ended(case: InDepthFollowUp, day: date) -> list[Missing]:
    """That it is closed."""
    if case.closed_on:
        return []
    return ending(case, day) or [Missing("Avslut", command="close_in_depth")]


def proposals(case: InDepthFollowUp) -> list:
    """Remedies that are proposed, and neither decided nor declined."""
    return list(case.sanctions.filter(decided_on=None, declined_on=None).select_related("remedy"))


def waiting_plans(case: InDepthFollowUp) -> list:
    """Action plans that are not rejected, and whose measures nobody has checked."""
    return list(case.action_plans.filter(rejected_on=None, checked_on=None))


def _of_plan(row) -> Missing:
    waits = False
    if row.accepted_on:
        what, command = "Kontroll av att åtgärdsplanen är genomförd", "record_measures"
    elif row.answered_on:
        what, command = "Ställningstagande till utförarens åtgärdsplan", "review_action_plan"
    else:
        what, command, waits = "Utförarens åtgärdsplan", "review_action_plan", True
    what = f"{what} (begärd {long_date(row.demanded_on)})"
    return Missing(what, "", command, str(row.pk), by_company=waits)
