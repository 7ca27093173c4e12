"""The introduction as a viewflow flow: meeting and contact, contract, start, the rest.

Each step is done when its guard, the one that `perform` uses, finds nothing missing.
"""

from viewflow import this
from viewflow.workflow import flow, lock

from cases.actions import HANDLERS
from cases.flows import Step
from cases.models import CaseProcess
from procurement.introductions import guards


class IntroductionFlow(flow.Flow):
    """Who has what to do next in an introduction."""

    process_class = CaseProcess
    process_title = "Introduktion"
    lock_impl = lock.select_for_update_lock

    start = flow.StartHandle().Next(this.meeting).Annotation(title="Godkänd")
    meeting = Step("Möte inför avtal", guards.meeting, HANDLERS).Next(this.contact)
    contact = Step("Kontaktperson", guards.contact, HANDLERS).Next(this.signing)
    signing = Step("Avtal", guards.signed, HANDLERS).Next(this.blocking)
    blocking = Step("Inför start", guards.may_start, HANDLERS).Next(this.begin)
    begin = Step("Får börja", guards.started, HANDLERS).Next(this.everything)
    everything = Step("Hela programmet", guards.everything, HANDLERS).Next(this.finish)
    finish = Step("Avslutad", guards.finished, HANDLERS).Next(this.end)
    end = flow.End()
