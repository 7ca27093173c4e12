"""What the call document's rows say, in words."""

from procurement.specifications.models import RequiredAttachment


def validity(row: RequiredAttachment) -> str:
    """What makes an attachment valid."""
    words = []
    if row.max_age_months:
        words.append(f"högst {row.max_age_months} månader gammalt vid ansökan")
    if row.needs_expiry:
        words.append("ska gälla på ansökningsdagen")
    if row.shown_only:
        words.append("visas upp, sparas aldrig")
    if row.optional_note:
        words.append(f"behövs inte för {row.optional_note}")
    return ", ".join(words)
