"""The introduction of a provider, until it may take persons and the programme is done. INT-01."""

from cases import actions
from cases.process import Page, Process
from procurement.introductions import commands, overview, panel, rules
from procurement.introductions.documents import KINDS
from procurement.introductions.flow import IntroductionFlow
from procurement.introductions.models import Introduction

INTRODUCTION = Process(
    case=Introduction,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page(panel.TEMPLATE, panel.panel),
    portal=Page("procurement/portal/introduction.html", panel.for_company),
    flow=IntroductionFlow,
    deadlines=rules.ALL_DEADLINES,
    documents=KINDS,
    events={"begin_introduction": "Introduktion påbörjad"},
    columns=overview.COLUMNS,
    figures=overview.FIGURES,
)
