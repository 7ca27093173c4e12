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
from procurement.complaints.models import Complaint
from procurement.contracts.models import (
    ContactPerson,
    Contract,
    ContractVersion,
    Permit,
    ProviderChoice,
    PublicInformation,
)
from procurement.controls.models import ControlItem, Review, YearlyControl
from procurement.duties.models import Duty
from procurement.escalations.models import (
    ActionPlan,
    AreaResponsible,
    Deviation,
    DeviationQuestion,
    Finding,
    InDepthFollowUp,
    SanctionStep,
    StopForNewPersons,
)
from procurement.followups.models import (
    FollowUp,
    FollowUpQuestion,
    QuestionTemplate,
    TemplateQuestion,
)
from procurement.introductions.models import (
    AccessOrder,
    Introduction,
    ProgrammeStep,
    ProgrammeTemplate,
    TemplateStep,
)
from procurement.meetings.models import Meeting
from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    ServiceArea,
    SpecificationSection,
    SpecificationVersion,
)
from procurement.tenders.models import (
    Clarification,
    ReferenceGroupMeeting,
    SectionExpert,
    Tender,
    TenderQuestion,
    TenderSection,
)

__all__ = [
    "AccessOrder",
    "ActionPlan",
    "AreaResponsible",
    "Clarification",
    "CommitteeDecision",
    "Complaint",
    "CompletionRequest",
    "ContactPerson",
    "Contract",
    "ContractVersion",
    "ControlItem",
    "CorrectionCase",
    "DecisionNotice",
    "DecisionProposal",
    "Deviation",
    "DeviationQuestion",
    "Duty",
    "Finding",
    "FollowUp",
    "FollowUpQuestion",
    "HandlingStep",
    "InDepthFollowUp",
    "InformationMeeting",
    "Introduction",
    "MblNegotiation",
    "Meeting",
    "Permit",
    "ProgrammeStep",
    "ProgrammeTemplate",
    "ProviderApplication",
    "ProviderChoice",
    "PublicInformation",
    "QuestionTemplate",
    "Reference",
    "ReferenceGroupMeeting",
    "Remedy",
    "RequiredAttachment",
    "Review",
    "SanctionStep",
    "SectionExpert",
    "ServiceArea",
    "SpecificationSection",
    "SpecificationVersion",
    "StopForNewPersons",
    "TemplateQuestion",
    "TemplateStep",
    "Tender",
    "TenderQuestion",
    "TenderSection",
    "YearlyControl",
]
