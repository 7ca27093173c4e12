"""The questions that an installation starts with, one set per level of seed 002. FUP-03."""

from datetime import date

from procurement.areas import FollowUpArea as Area
from procurement.followups.models import QuestionTemplate, TemplateQuestion

Kind = QuestionTemplate.Kind
QUESTIONS: dict[str, tuple[tuple[str, str, bool], ...]] = {
    Kind.PROVIDER: (
        (Area.CONTRACT, "Hur följer ni avtalet i fråga om uppdrag, områden, tider och "
         "kapacitetstak? Vad har ändrats sedan förra uppföljningen?", True),
        (Area.CONTRACT, "Vilka avvikelser, klagomål och rapporter enligt lex Sarah har ni haft, och "
         "vad har ni ändrat efter dem?", True),
        (Area.MANAGEMENT, "Vem är verksamhetsansvarig, och hur leds det dagliga arbetet när den "
         "personen inte är på plats?", True),
        (Area.MANAGEMENT, "Har verksamhetsansvarig den utbildning och erfarenhet som avtalet kräver?",
         False),
        (Area.STAFF, "Hur stor andel av medarbetarna är undersköterskor, och hur introduceras nya?",
         True),
        (Area.STAFF, "Hur säkerställer ni att medarbetarna förstår, talar och skriver svenska så som "
         "uppdraget kräver?", True),
        (Area.DOCUMENTATION, "Finns genomförandeplan i samtliga ärenden, och är den aktuell?", True),
        (Area.DOCUMENTATION, "Hur ofta granskar ni dokumentationen, och vad visade den senaste "
         "granskningen?", True),
        (Area.DATA_PROTECTION, "Hur följer ni dataskyddsförordningen: behörigheter, loggkontroller och "
         "incidenter?", True),
    ),
    Kind.SYSTEM: (
        (Area.SPECIFICATION, "Är förfrågningsunderlaget med bilagor aktuellt och tydligt? Vad behöver "
         "ändras?", False),
        (Area.GUARANTEES, "Följs de service- och värdighetsgarantier som socialnämnden har fastställt?",
         False),
        (Area.ECONOMY, "Hur utvecklas ekonomin i kundvalet, och är ersättningen likvärdig mellan "
         "utförarna?", False),
    ),
    Kind.PERSON: (
        (Area.EXECUTION, "Utförs insatserna enligt biståndsbesluten?", False),
        (Area.DOCUMENTATION, "Håller genomförandeplaner och dokumentation god kvalitet?", False),
    ),
}  # fmt: skip


def load(day: date) -> None:
    """Publish version 1 of each level that has no template yet."""
    for kind, rows in QUESTIONS.items():
        template, new = QuestionTemplate.objects.get_or_create(
            kind=kind, number=1, defaults={"published_on": day}
        )
        if new:
            TemplateQuestion.objects.bulk_create(
                TemplateQuestion(template=template, order=order, area=area, text=text, asked=asked)
                for order, (area, text, asked) in enumerate(rows, 1)
            )
