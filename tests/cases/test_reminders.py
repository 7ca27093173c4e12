"""What is said of every rule's deadlines, read aloud: a whole sentence, true whenever it is read."""

from datetime import date

import pytest

from cases.process import deadline_rules

DUE, BEFORE, AFTER = date(2026, 3, 16), date(2026, 3, 13), date(2026, 3, 19)
WHAT = {
    "tender_question": "3", "duty": "Avtalsuppföljning", "permit_expires": "Ansvarsförsäkring",
    "remedy_decision": "Varning (5.26.1.2)", "finding_mended": "Dataskydd",
}  # fmt: skip
SAID = {
    "completion_request": "Tiden för att begära komplettering",
    "completion_answer": "Tiden för företagets komplettering",
    "handling": "Kommunens tid för handläggningen",
    "decision_time": "Tiden för beslut enligt förfrågningsunderlaget",
    "documents_due": "Tiden för att lämna tjänsteskrivelsen till nämnden",
    "notify": "Tiden för att meddela sökanden",
    "correction": "Tiden för att ansöka om rättelse",
    "meeting_before_signing": "Tiden för mötet inför avtalet",
    "sign_contract": "Tiden för att teckna avtalet",
    "introduction": "Kommunens tid för introduktionen",
    "permit_expires": "Giltighetstiden för ansvarsförsäkring",
    "contract_ends": "Avtalstiden",
    "duty": "Årshjulets tid för avtalsuppföljning",
    "yearly_reports": "Tiden för att lämna verksamhetsberättelse och årsredovisning",
    "follow_up_answers": "Tiden för att besvara uppföljningens frågor",
    "finding_mended": "Tiden för att rätta bristen i dataskydd",
    "grade_deviation": "Tiden för att gradera avvikelsen",
    "ivo_report": "Tiden för att pröva anmälan till IVO",
    "deviation_answer": "Tiden för utförarens svar",
    "in_depth": "Kommunens tid för den fördjupade uppföljningen",
    "action_plan": "Tiden för att lämna åtgärdsplanen",
    "measures_checked": "Tiden för att kontrollera åtgärderna",
    "remedy_decision": "Tiden för beslut om varning (5.26.1.2)",
    "tender_question": "Tiden för att besvara fråga 3",
    "complaint_answer": "Tiden för att svara den som lämnat synpunkten",
    "tenders_close": "Anbudstiden",
    "tender_award": "Kommunens tid för tilldelningsbeslutet",
    "extra_contact": "Tiden för att kontakta socialsekreteraren",
    "extra_ten_days": "Tiden för att ansöka om insatsen eller avsluta den (dag tio)",
}


def test_every_rule_has_its_sentence():
    """CAP-04"""
    assert set(deadline_rules()) == set(SAID)


@pytest.mark.parametrize("code", SAID)
def test_before_on_and_after_the_last_day(code):
    """CAP-04"""
    rule, what = deadline_rules()[code], WHAT.get(code, "")
    said = SAID[code]
    assert rule.reminder(DUE, BEFORE, what) == f"{said} går ut mån 16 mars 2026"
    assert rule.reminder(DUE, DUE, what) == f"{said} går ut i dag, mån 16 mars 2026"
    assert rule.reminder(DUE, AFTER, what) == f"{said} gick ut mån 16 mars 2026"
    assert [rung.then for rung in rule.ladder if rung.then.endswith(".")] == []


@pytest.mark.parametrize(
    ("code", "what", "heading", "said"),
    [
        ("permit_expires", "F-skatt och arbetsgivarregistrering",
         "F-skatt och arbetsgivarregistrering går ut",
         "Giltighetstiden för F-skatt och arbetsgivarregistrering går ut mån 16 mars 2026"),
        ("permit_expires", "Tillstånd från IVO", "Tillstånd från IVO går ut",
         "Giltighetstiden för tillstånd från IVO går ut mån 16 mars 2026"),
        ("remedy_decision", "Varning (5.26.1.2)", "Beslut om varning (5.26.1.2)",
         "Tiden för beslut om varning (5.26.1.2) går ut mån 16 mars 2026"),
        ("duty", "Utförarträff", "Utförarträff",
         "Årshjulets tid för utförarträff går ut mån 16 mars 2026"),
    ],
)  # fmt: skip
def test_a_deadline_about_something_names_it_as_it_is_written_inside_a_sentence(
    code, what, heading, said
):
    """CAP-04, CAP-18"""
    rule = deadline_rules()[code]
    assert rule.heading(what) == heading
    assert rule.reminder(DUE, BEFORE, what) == said
