"""A person's complaint or praise about a provider, from its arrival to the answer. ESC-01."""

from cases import actions
from cases.charts import Step
from cases.process import Column, Figures, Page, Process
from procurement.complaints import commands, rules
from procurement.complaints.documents import KINDS
from procurement.complaints.flow import ComplaintFlow
from procurement.complaints.models import Complaint

KIND, OPEN = Complaint.case_kind, ("received", "handling", "answered")

COMPLAINT = Process(
    case=Complaint,
    opens=commands.RegisterComplaint,
    commands=(*commands.COMMANDS, *actions.COMMON),
    page=Page("procurement/complaint.html"),
    flow=ComplaintFlow,
    deadlines=(rules.ANSWER,),
    documents=KINDS,
    columns=(Column("Synpunkter", KIND, OPEN, band="Avtal och uppföljning"),),
    figures=Figures(
        KIND, "complaint__arrived_on", "Synpunkter per månad",
        (Step(rules.ANSWER.code, "Svar", rules.ANSWER_DAYS.key),), "Synpunkter",
    ),
)  # fmt: skip
