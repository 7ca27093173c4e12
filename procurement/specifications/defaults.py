"""The first call document of the fictitious municipality, and its areas.

Where law and municipality leave a choice, the text is invented; what the law demands of a call
document (LOV 4 kap. 1-4 §§) stands in sections 2, 2.1, 5 and 5.12. Domain notes, section 7.
"""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from audit import log
from audit.act import Act
from procurement.specifications import editing
from procurement.specifications.models import (
    Remedy,
    RequiredAttachment,
    ServiceArea,
    SpecificationSection,
    SpecificationVersion,
)

AREAS = ("Sjövik Norr", "Sjövik Söder", "Strandby", "Ekdalen", "Bergfors")

SECTIONS = (
    (
        "1", "Om kundvalet",
        "Den som har beviljats hemtjänst i Sjövik kommun väljer själv vem som ska utföra den. "
        "Kommunen tillämpar lagen (2008:962) om valfrihetssystem. Alla sökande som uppfyller "
        "kraven i det här underlaget godkänns; det finns ingen övre gräns för antalet utförare.\n\n"
        "Kommunens egen hemtjänst är en av utförarna och följer samma krav.",
    ),
    (
        "1.1", "Den som inte väljer",
        "Den som inte vill eller kan välja får hemtjänst av kommunens egen utförare i området. "
        "Man kan alltid välja en annan utförare senare.",
    ),
    (
        "2", "Så ansöker företaget",
        "Ansökan är skriftlig och görs i utförarportalen, med e-post eller på papper. Den ska "
        "innehålla de bilagor som räknas upp under Bilagor. Ansökan prövas mot den version av "
        "underlaget som gäller den dag ansökan kommer in.\n\n"
        "Kommunen får begära att en ansökan kompletteras eller förtydligas. Begäran skickas inom "
        "14 dagar och svar lämnas inom 14 dagar. En ansökan som inte kompletteras prövas som den "
        "är.",
    ),
    (
        "2.1", "Prövning och beslut",
        "Kommunen tar kreditupplysning, kontrollerar skatter och avgifter hos Skatteverket, går "
        "igenom ledningssystem och meritförteckningar, tar minst två referenser om ledningen och "
        "minst två om verksamhetsansvarig, och bjuder in till ett informationsmöte. Företagets "
        "företrädare och verksamhetsansvarig ska delta.\n\n"
        "Socialnämnden beslutar. Företaget får beslutet med skäl så snart som möjligt. Den som "
        "inte godkänns kan ansöka om rättelse hos förvaltningsrätten inom tre veckor från den dag "
        "då underrättelsen lämnades. Den som godkänns tecknar avtal utan dröjsmål.",
    ),
    (
        "3", "Uppdraget",
        "Uppdraget är omvårdnad, service eller båda, enligt kommunens beslut för varje person. "
        "Omvårdnad utförs alla dagar kl. 07.00–22.00 och service vardagar kl. 08.00–17.00. "
        "Kommunens nattorganisation ansvarar för insatser nattetid.\n\n"
        "Utföraren tar emot alla som väljer utföraren inom området och upp till kapacitetstaket, "
        "och påbörjar insatsen inom 24 timmar när det behövs.",
    ),
    (
        "3.1", "Områden och kapacitetstak",
        "Utföraren väljer ett eller flera av områdena Sjövik Norr, Sjövik Söder, Strandby, Ekdalen "
        "och Bergfors, och anger hur många timmar i månaden som företaget högst kan utföra. Område "
        "och kapacitetstak kan ändras en gång i kvartalet, två månader i förväg.",
    ),
    (
        "4", "Krav på företaget",
        "Företaget ska ha tillstånd från Inspektionen för vård och omsorg, vara godkänt för "
        "F-skatt och ha en ansvarsförsäkring som gäller. Ett företag kan uteslutas på de grunder "
        "som står i 7 kap. 1 § lagen om valfrihetssystem. Företaget får åberopa andra företags "
        "kapacitet om det visar att det förfogar över den.",
    ),
    (
        "4.1", "Ekonomisk ställning",
        "Företaget ska ha ekonomisk förmåga att fullgöra uppdraget. Kommunen bedömer det genom "
        "kreditupplysning, årsredovisning och Skatteverkets blankett SKV 4820. Ett nystartat "
        "företag kan i stället visa en finansieringsplan.",
    ),
    (
        "4.2", "Verksamhetsansvarig",
        "Verksamhetsansvarig ska ha högskoleutbildning inom vård, omsorg eller socialt arbete, "
        "eller motsvarande kunskaper, och minst två års erfarenhet av att leda omvårdnad. Kraven "
        "styrks med meritförteckning och referenser.",
    ),
    (
        "4.3", "Personal",
        "Utföraren ska ha personal med den kompetens som uppdraget kräver. Den fasta "
        "omsorgskontakten ska ha skyddad yrkestitel som undersköterska. Innan någon anställs ska "
        "registerutdrag visas upp; bara en notering om att det har visats får sparas.",
    ),
    (
        "5", "Avtalsvillkor",
        "Avtalet gäller tills vidare från den dag då båda har undertecknat det. Utföraren kan "
        "säga upp det med tre månaders uppsägningstid och kommunen med sex. Ett avtal utan "
        "uppdrag under tolv månader upphör.\n\nVillkoren ändras genom att en ny version av "
        "underlaget beslutas. Utföraren får den minst två månader innan den börjar gälla.",
    ),
    (
        "5.1", "Ledningssystem för kvalitet",
        "Utföraren ska ha ett ledningssystem för systematiskt kvalitetsarbete enligt "
        "SOSFS 2011:9, med processer och rutiner för egenkontroll, riskanalys, avvikelser, "
        "klagomål, lex Sarah och delegerad hälso- och sjukvård.",
    ),
    (
        "5.4", "Dokumentation och it",
        "Utföraren dokumenterar i kommunens system och registrerar besök med mobiltelefon hos den "
        "enskilde. Kommunen lämnar behörigheter och utbildning. Journaler lämnas över till "
        "kommunen när uppdraget upphör.",
    ),
    (
        "5.9", "Nycklar och legitimation",
        "Nycklar hanteras så att de inte kan kopplas till en person eller adress. Personalen bär "
        "synlig legitimation och presenterar sig.",
    ),
    (
        "5.12", "Ersättning",
        "Ersättning betalas per utförd timme enligt kommunens prislista, som räknas upp årligen. "
        "Den skiljer mellan omvårdnad och service, och mellan tätort och landsbygd. Tid som inte "
        "har registrerats hos den enskilde ersätts efter särskild prövning.",
    ),
    (
        "5.18", "Underleverantörer",
        "Underleverantör får anlitas först när kommunen har godkänt den. Utföraren ansvarar för "
        "underleverantörens arbete som för sitt eget.",
    ),
    (
        "5.24", "Uppföljning och insyn",
        "Kommunen följer upp utföraren löpande och gör en genomgång varje år. Utföraren lämnar de "
        "uppgifter som behövs för kvalitet, uppföljning och insyn. Brister leder till en fördjupad "
        "uppföljning av det som bristen gäller.",
    ),
    (
        "5.26", "När avtalet inte följs",
        "Kommunen påtalar brister skriftligt. Utföraren rättar dem så snart som möjligt och "
        "redovisar hur. Kommunen väljer den åtgärd som står i proportion till bristen.",
    ),
    (
        "5.26.1", "Åtgärder",
        "Följande åtgärder kan beslutas, var för sig eller tillsammans. Varning och hävning "
        "beslutas enligt kommunens delegationsordning. Om tillståndet återkallas, företaget "
        "försätts i konkurs eller bristen är så allvarlig att enskilda far illa får avtalet "
        "hävas genast.",
    ),
)  # fmt: skip

ATTACHMENTS: tuple[tuple[str, str, str, dict[str, str | int | bool]], ...] = (
    ("registration_certificate", "Registreringsbevis", "Från Bolagsverket.",
     {"optional_note": "enskild firma"}),
    ("ivo_permit", "Tillstånd från IVO", "Tillstånd att bedriva hemtjänst, med eventuella villkor.",
     {}),
    ("f_tax", "Bevis om F-skatt", "Från Skatteverket.", {}),
    ("skv4820", "Blankett SKV 4820", "Begäran om upplysningar om skatter och avgifter, ifylld av "
     "Skatteverket.", {"max_age_months": 2}),
    ("insurance", "Försäkringsbevis", "Ansvarsförsäkring för verksamheten.",
     {"needs_expiry": True}),
    ("cv_manager", "Meritförteckning för ledningen", "Utbildning och erfarenhet, med referenser.",
     {}),
    ("cv_operations_manager", "Meritförteckning för verksamhetsansvarig",
     "Utbildning, minst två års erfarenhet av ledning, och referenser.", {}),
    ("qms", "Ledningssystem för kvalitet", "Enligt SOSFS 2011:9, se avsnitt 5.1.", {}),
    ("annual_report", "Senaste årsredovisning", "Med revisionsberättelse om sådan finns.",
     {"optional_note": "nystartat företag"}),
    ("activity_description", "Verksamhetsbeskrivning",
     "Enligt kommunens mall. Den visas för dem som ska välja utförare.", {}),
    ("record_extract", "Registerutdrag för ledning och verksamhetsansvarig",
     "Visas upp på informationsmötet, högst sex månader gammalt.", {"shown_only": True}),
)  # fmt: skip

Step = Remedy.Step
REMEDIES = (
    (Step.ACTION_PLAN, "5.26.1.1",
     "Utföraren lämnar inom 14 dagar en plan för hur bristen rättas, och när."),
    (Step.WARNING, "5.26.1.2",
     "Skriftlig varning när bristen är väsentlig eller en åtgärdsplan inte har följts."),
    (Step.PENALTY, "5.26.1.3",
     "Vite med 5 000 kronor för varje påbörjad vecka som bristen består efter varning."),
    (Step.WITHHELD_PAYMENT, "5.26.1.4",
     "Ersättning för den del av uppdraget som bristen gäller hålls inne tills den är rättad."),
    (Step.RESCISSION, "5.26.1.5",
     "Avtalet hävs när bristen är av väsentlig betydelse och inte har rättats trots varning."),
)  # fmt: skip


@transaction.atomic
def load_first_version(valid_from: date) -> SpecificationVersion:
    """Sjövik's areas and version 1 of its call document, published from `valid_from`.

    Idempotent: a call document that is already there is left as it is and returned.
    """
    for name in AREAS:
        ServiceArea.objects.get_or_create(name=name)
    if found := SpecificationVersion.objects.order_by("number").first():
        return found
    at = datetime.combine(valid_from, time(9), tzinfo=ZoneInfo("Europe/Stockholm"))
    version = SpecificationVersion.objects.create(number=1, valid_from=valid_from)
    _log(version, "version_drafted", at, copy_of=None)
    SpecificationSection.objects.bulk_create(
        SpecificationSection(specification=version, number=number, heading=heading, text=text)
        for number, heading, text in SECTIONS
    )
    RequiredAttachment.objects.bulk_create(
        RequiredAttachment(
            specification=version, code=code, name=name, description=description, **more
        )
        for code, name, description, more in ATTACHMENTS
    )
    Remedy.objects.bulk_create(
        Remedy(specification=version, step=step, clause=clause, text=text)
        for step, clause, text in REMEDIES
    )
    editing.fix(version, valid_from, valid_from)
    _log(version, "version_published", at, valid_from=valid_from)
    return version


def _log(version: SpecificationVersion, name: str, at: datetime, **values: Any) -> None:
    log.record(version.chain, name, Act.by_system(at), subject=version, values=values)
