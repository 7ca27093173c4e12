"""The roles of Requirement SEC-04. A role's value is also its demo login."""

from django.db import models


class Role(models.TextChoices):
    """What a person may be in a unit and period."""

    DIRECTOR = "director", "Socialdirektör"
    DEPUTY_DIRECTOR = "deputy-director", "Biträdande socialdirektör"
    DEVELOPMENT_STRATEGIST = "development-strategist", "Utvecklingsstrateg"
    INVESTIGATOR = "investigator-lawyer", "Utredare/jurist"
    SECTION_HEAD = "section-head", "Sektionschef Omsorg SoL"
    FIRST_SOCIAL_WORKER = "first-social-worker", "1:e socialsekreterare"
    SOCIAL_WORKER = "social-worker", "Socialsekreterare"
    COMMITTEE_SECRETARY = "committee-secretary", "Nämndsekreterare"
    COMMITTEE_CHAIR = "committee-chair", "Nämndordförande"
    CONTROLLER = "controller", "Controller"
    FEE_OFFICER = "fee-officer", "Avgiftshandläggare"
    CHIEF_NURSE = "chief-nurse", "MAS"
    NURSE = "nurse", "Sjuksköterska"
    PLANNER = "planner", "Planerare"
    UNIT_MANAGER = "unit-manager", "Enhetschef"
    CARE_STAFF = "care-staff", "Omsorgspersonal"
    PROVIDER_MANAGER = "provider-manager", "Verksamhetsansvarig hos utförare"
    VIVA_ADMINISTRATOR = "viva-administrator", "Systemförvaltare Viva"
    ARCHIVIST = "archivist", "Arkivarie"
    AUDITOR = "auditor", "Granskare av loggar"
    APPLICANT = "applicant", "Företrädare för sökande företag"
    REGISTRAR = "registrar", "Registrator"
    PROCUREMENT_OFFICER = "procurement-officer", "Upphandlare"
    NIGHT_HEAD = "head-of-the-night-organisation", "Enhetschef nattorganisation"
    RESPONSIBLE_NURSE = "responsible-nurse", "Ansvarig sjuksköterska"
    MAR = "mar", "MAR"
    HSA_OFFICER = "hsa-officer", "HSA-ansvarig"
    ALARM_OFFICER = "alarm-officer", "Ansvarig för trygghetslarm"
    IT_COORDINATOR = "it-coordinator", "IT-samordnare"


OUTSIDE_ROLES = frozenset({Role.APPLICANT, Role.PROVIDER_MANAGER})
"""Held by people outside the municipality: they never see a case by unit."""

ADMINISTRATION = frozenset(
    {
        Role.DEPUTY_DIRECTOR,
        Role.DIRECTOR,
        Role.DEVELOPMENT_STRATEGIST,
        Role.INVESTIGATOR,
        Role.SECTION_HEAD,
        Role.COMMITTEE_SECRETARY,
        Role.REGISTRAR,
        Role.ARCHIVIST,
    }
)
"""Those who work with companies, contracts and the committee, and read such cases by unit."""
