"""Numbers that prove themselves: bank accounts, cards and national numbers, by their length and check digits."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18,
    "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "TR": 26,
}  # fmt: skip

_CARD_LENGTHS = {2: (16,), 3: (14, 15, 16), 4: (13, 16, 19), 5: (16,), 6: (16, 17, 18, 19)}


def iban_end(text: str, start: int) -> int:
    """Return where an account number that begins here would end, by its country; 0 when there is none."""
    left, position = _IBAN_LENGTHS.get(text[start : start + 2], 0), start
    if not left:
        return 0
    while left and position < len(text):
        if text[position].isalnum():
            left -= 1
        elif text[position] != " " or text[position - 1] == " ":
            return 0
        position += 1
    return 0 if left or text[position : position + 1].isalnum() else position


def is_iban(text: str) -> bool:
    """Read it with its first four signs at the end, letters as two digits: it leaves 1 when divided by 97."""
    compact = text.replace(" ", "")
    if not compact.isascii() or not compact.isalnum() or len(compact) != _IBAN_LENGTHS.get(compact[:2], 0):
        return False
    return int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 == 1


def is_card(text: str) -> bool:
    """Luhn's sum, and as many digits as cards have that begin so."""
    digits = _digits(text)
    return len(digits) in _CARD_LENGTHS.get(digits[0], ()) and _luhn(digits)


class National(NamedTuple):
    """The numbers by which one country knows people."""

    country: str
    pattern: re.Pattern[str]
    right: Callable[[str], bool]


def _luhn(digits: list[int]) -> bool:
    doubled = (digit * 2 - 9 * (digit > 4) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _dni(text: str) -> bool:
    """Spain: the letter is the number's rest by 23."""
    compact = text.replace("-", "")
    number = int(compact[:-1].translate(str.maketrans("XYZ", "012")))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == compact[-1]


def _nir(text: str) -> bool:
    """France: number and key are a multiple of 97 together; Corsica counts as 19 and 18."""
    compact = text.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return (int(compact[:13]) + int(compact[13:])) % 97 == 0


def _pesel(text: str) -> bool:
    """Poland: a date of birth with the century in its month, and a weighted sum."""
    digits = _digits(text)
    century, month = divmod(int(text[2:4]), 20)
    if not _is_day((1900, 2000, 2100, 2200, 1800)[century] + int(text[:2]), month, int(text[4:6])):
        return False
    return (
        sum(digit * weight for digit, weight in zip(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), strict=True)) % 10 == 0
    )


def _tax_number(text: str) -> bool:
    """Germany: one digit stands twice or thrice among the first ten, and the last is a check by 11 and 10."""
    digits = _digits(text)
    repeated = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    if repeated[-1] not in (2, 3) or repeated[-2] != 1:
        return False
    rest = 10
    for digit in digits[:10]:
        rest = ((rest + digit) % 10 or 10) * 2 % 11
    return (11 - rest) % 10 == digits[10]


def _personnummer(text: str) -> bool:
    """Sweden: a date of birth and Luhn's sum."""
    return _is_day(2000 + int(text[:2]), int(text[2:4]), int(text[4:6])) and _luhn(_digits(text))


def _nhs_number(text: str) -> bool:
    """England: nine digits weighted from ten to two, by 11."""
    digits = _digits(text)
    return sum(digit * weight for digit, weight in zip(digits, range(10, 0, -1), strict=True)) % 11 == 0


def _shaped(_text: str) -> bool:
    """There are no check digits; the shape is all there is."""
    return True


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdigit()]


def _national(country: str, pattern: str, right: Callable[[str], bool]) -> National:
    return National(country, re.compile(rf"(?<![\w+-]){pattern}(?![\w-])", re.ASCII), right)


NATIONAL = (
    _national("US", r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}", _shaped),
    _national("GB", r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:[0-9]{2} ?){3}[A-D]", _shaped),
    _national("GB", r"[0-9]{3} [0-9]{3} [0-9]{4}", _nhs_number),
    _national("ES", r"[XYZ0-9][0-9]{7}-?[A-Z]", _dni),
    _national("FR", r"[12] ?[0-9]{2} ?[0-9]{2} ?[0-9][0-9AB] ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}", _nir),
    _national("PL", r"[0-9]{11}", _pesel),
    _national("DE", r"[1-9][0-9]{10}", _tax_number),
    _national("SE", r"[0-9]{6}[-+][0-9]{4}", _personnummer),
)
