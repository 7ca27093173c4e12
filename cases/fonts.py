"""The typefaces of documents: bundled ones alone, and what none of them has is said. DAY-06.

A typeface of the machine would give other bytes on another machine, and a sign that no typeface has
would be an empty box without a word.
"""

import os
import unicodedata
from functools import cache
from html import unescape
from typing import Any

from django.conf import settings

VENDOR = settings.ROOT / "static/vendor"
FIRST = "source-sans-3/SourceSans3_400Regular.ttf"
"""What letters are set in, see `static/css/paper.css`; its other weights have the same signs."""
MORE = {
    "Kundval Signs": "dejavu-sans/DejaVuSans.ttf",
    "Kundval Thai": "noto-sans/NotoSansThai-Regular.ttf",
    "Kundval Ethiopic": "noto-sans/NotoSansEthiopic-Regular.ttf",
    "Kundval Devanagari": "noto-sans/NotoSansDevanagari-Regular.ttf",
    "Kundval Hangul": "nanum-gothic/NanumGothicCoding.ttf",
    "Kundval Han": "droid-sans-fallback/DroidSansFallbackFull.ttf",
}
"""Family -> file, in the order of `fonts.conf`, for signs that those before lack."""


def configuration() -> Any:
    """WeasyPrint's fonts, without the machine's. Unpacked once; not to be shared among threads."""
    from weasyprint.text.fonts import FontConfiguration

    before = os.environ.get("FONTCONFIG_FILE")
    os.environ["FONTCONFIG_FILE"] = str(settings.ROOT / "cases/fonts.conf")
    try:
        return FontConfiguration()
    finally:
        if before is None:
            del os.environ["FONTCONFIG_FILE"]
        else:
            os.environ["FONTCONFIG_FILE"] = before


def prepared(page: str) -> str:
    """A page of HTML with the typefaces that its signs need.

    A sign that none has stands with its code, [U+1F600], and a note at the end says what that is.
    """
    families, lacking = _needed(frozenset(unescape(page)))
    for sign in lacking:
        page = page.replace(sign, _code(sign))
    if lacking:
        page = page.replace("</body>", f"{_note(lacking)}</body>", 1)
    faces = "".join(
        f'@font-face {{ font-family: "{family}"; src: url("vendor/{MORE[family]}"); }}'
        for family in families
    )
    return page.replace("</head>", f"<style>{faces}</style></head>", 1) if faces else page


def _needed(signs: frozenset[str]) -> tuple[list[str], list[str]]:
    """The families, and the signs that none has."""
    left = {sign for sign in signs - _signs_of(FIRST) if _is_drawn(sign)}
    families = []
    for family, file in MORE.items():
        if left and (found := left & _signs_of(file)):
            families.append(family)
            left -= found
    return families, sorted(left)


@cache
def _signs_of(file: str) -> frozenset[str]:
    from fontTools.ttLib import TTFont

    with TTFont(VENDOR / file, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


def _is_drawn(sign: str) -> bool:
    """Whether the sign is more than a space, a join or a choice of form."""
    is_choice = "\ufe00" <= sign <= "\ufe0f" or "\U000e0100" <= sign <= "\U000e01ef"
    return not (sign.isspace() or is_choice or unicodedata.category(sign) in ("Cc", "Cf"))


def _code(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"


def _note(lacking: list[str]) -> str:
    codes = ", ".join(map(_code, lacking))
    return (
        '<p class="kv-unprinted">Ett tecken som inte kan skrivas ut står med sin kod i Unicode: '
        f"{codes}.</p>"
    )
