"""The rules in Swedish, for those who read why a visit is not placed."""

from .explain import Change, Explanation
from .model import Rule

WORDS = {
    Rule.UNKNOWN: "okänt besök eller okänd personal",
    Rule.TWICE: "planerat två gånger",
    Rule.MISSING: "saknas i planen",
    Rule.SKILL: "saknar kompetens eller delegering",
    Rule.INCOMPATIBLE: "får inte komma till personen",
    Rule.PINNED_CARER: "besöket är låst till någon annan",
    Rule.PINNED_START: "besökets låsta tid går inte att hålla",
    Rule.EARLIEST: "besöket skulle börja före tidigaste tid",
    Rule.LATEST: "ett besök skulle börja efter senaste tid",
    Rule.LATEST_END: "ett besök skulle sluta efter senaste sluttid",
    Rule.SHIFT_START: "arbetspasset har inte börjat",
    Rule.SHIFT_END: "arbetspasset skulle bli för långt",
    Rule.OVERLAP: "hinner inte fram från besöket före",
    Rule.BREAK: "rasten går inte att hålla",
    Rule.MAX_WORK: "arbetstiden skulle bli för lång",
    Rule.LAG: "tiden mellan besöken går inte att hålla",
    Rule.SAME_CARER: "besöken kräver två olika personer",
    Rule.TOGETHER: "dubbelbemanningen är inte fullständig",
}
"""What is in the way, rule by rule."""


def why(explanation: Explanation) -> list[str]:
    """One line a rule: what is in the way, and for how many. The most common first."""
    counts = sorted(explanation.counts.items(), key=lambda item: (-item[1], item[0]))
    return [f"{WORDS[rule].capitalize()}: {count} i personalen" for rule, count in counts]


def change(changed: Change) -> str:
    """What would have to give way, with minutes rounded up."""
    if not changed.amount:
        return WORDS[changed.rule].capitalize()
    minutes = -int(-changed.amount // 60)
    return f"{WORDS[changed.rule].capitalize()} ({minutes} min)"
