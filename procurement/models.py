"""Django looks for models here; each process keeps its own."""

from procurement.applications.models import (
    CommitteeDecision,
    CompletionRequest,
    CorrectionCase,
    DecisionNotice,
    DecisionProposal,
    HandlingStep,
    InformationMeeting,
    MblNegotiation,
    ProviderApplication,
    Reference,
)
from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    ServiceArea,
    SpecificationSection,
    SpecificationVersion,
)

__all__ = [
    "CommitteeDecision",
    "CompletionRequest",
    "CorrectionCase",
    "DecisionNotice",
    "DecisionProposal",
    "HandlingStep",
    "InformationMeeting",
    "MblNegotiation",
    "ProviderApplication",
    "Reference",
    "Remedy",
    "RequiredAttachment",
    "ServiceArea",
    "SpecificationSection",
    "SpecificationVersion",
]
