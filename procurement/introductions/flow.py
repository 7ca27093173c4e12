"""The introduction as a viewflow flow: meeting and contact, contract, start, the rest.

Each step is done when its guard, the one that `perform` uses, finds nothing missing.
"""

from viewflow import this
from viewflow.workflow import flow

from cases.flows import CaseFlow, Step
from procurement.introductions import guards


class IntroductionFlow(CaseFlow):
    """Who has what to do next in an introduction."""

    process_title = "Introduktion"

    start = flow.StartHandle().Next(this.contact).Annotation(title="Godkänd")
    contact = Step("Kontaktperson", guards.contact).Next(this.meeting)
    meeting = Step("Möte inför avtal", guards.meeting).Next(this.signing)
    signing = Step("Avtal", guards.signed).Next(this.blocking)
    blocking = Step("Inför start", guards.may_start).Next(this.begin)
    begin = Step("Får börja", guards.started).Next(this.everything)
    everything = Step("Hela programmet", guards.everything).Next(this.finish)
    finish = Step("Avslutad", guards.finished).Next(this.end)
    end = flow.End()
