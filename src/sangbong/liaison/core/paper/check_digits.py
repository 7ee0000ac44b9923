"""Two digits behind a number that show whether it was copied well.

1. (K1) The check digits are those of ISO/IEC 7064, MOD 97-10: the number with its two digits behind it
   leaves 1 when it is divided by 97.
2. (K2) Every single wrong digit and every swap of two neighbours is noticed, since neither changes a
   number by a multiple of 97.
3. (K3) A number is shown in groups of four, and read however it was grouped: spaces, hyphens and
   full-width digits say nothing.

Source: ISO/IEC 7064:2003, pure system MOD 97-10, as in bank account numbers (ISO 13616).
"""

from __future__ import annotations

import re
import unicodedata

CHECK_LENGTH = 2
_MODULUS = 97
_GROUP = 4
_BETWEEN = re.compile(r"[\s\-‐‑‒–—·.]+")
_DIGITS = re.compile(r"[0-9]+")


def check_digits(digits: str) -> str:
    """The two digits that belong behind a number (rule K1)."""
    return f"{_MODULUS + 1 - int(digits) * 100 % _MODULUS:02}"


def checked(digits: str) -> str:
    """A number with its check digits behind it."""
    return digits + check_digits(digits)


def is_checked(digits: str) -> bool:
    """Whether a number ends in its own check digits (rule K2)."""
    return (
        len(digits) > CHECK_LENGTH
        and _DIGITS.fullmatch(digits) is not None
        and checked(digits[:-CHECK_LENGTH]) == digits
    )


def grouped(digits: str) -> str:
    """A number as it is printed (rule K3)."""
    return " ".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def ungrouped(typed: str) -> str:
    """A number as it was typed, without what stands between its digits (rule K3)."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed))


def digits_of(text: str) -> str:
    """The digits in a text in their order, such as `201817` of `연락 2018-17`."""
    return "".join(_DIGITS.findall(unicodedata.normalize("NFKC", text)))


def check_of(text: str) -> str:
    """The check digits of the digits in a text; empty where it has none."""
    digits = digits_of(text)
    return check_digits(digits) if digits else ""
