"""What the overview shows of tenders. TND-01."""

from cases.process import Column
from procurement.tenders.models import Tender

State = Tender.State
KIND = Tender.case_kind


COLUMNS = (
    Column(
        "Upphandling", KIND,
        (State.DRAFTING, State.PUBLISHED, State.EVALUATION, State.AWARDED),
        band="Upphandling av särskilt boende",
    ),
)  # fmt: skip
