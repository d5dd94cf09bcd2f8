"""Amounts with a unit: a decimal number, and the unit its form keeps. It converts nothing."""

import re
from decimal import Decimal

from mailbot.core.events import Value
from mailbot.core.fields.asking import Asking
from mailbot.core.fields.texts import one_line, plain
from mailbot.core.fields.wrong import Wrong
from mailbot.core.labels import label_key
from mailbot.core.rules import FieldRule

_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\.(\d{1,6})|,(\d{1,2}))?\s*(\D{0,40})", re.ASCII)
_REMARK = re.compile(r"\s*\([^()]*\)$")
_ABOUT = re.compile(
    r"^(?:約|およそ|about|approx(?:imately|\.)?|ca\.|~)\s*|\s*(?:程度|ほど|くらい|ぐらい)$", re.IGNORECASE
)


def unit_words(rule: FieldRule) -> dict[str, str]:
    """Label key of everything people may write for a unit -> the unit kept."""
    words = {label_key(unit): unit for unit in rule.units}
    words.update((label_key(word), unit) for unit, texts in rule.units.items() for word in texts)
    return words


def read_amount(text: str, rule: FieldRule, asking: Asking) -> Value | Wrong:
    """One number of zero or more, with a comma every three digits or none, and a unit of the form: `12.5 TB`.

    The unit is the first of the form's where none is written (with none in the form, there is none); the number is
    written as ISO 80000-1 §7.3 does, with a point, without superfluous zeros. Units are not converted: what is not
    in the form is asked about.
    """
    found = _AMOUNT.fullmatch(_ABOUT.sub("", _REMARK.sub("", one_line(plain(text)))))
    if found is None:
        return Wrong("amount")
    number = Decimal(f"{found[1].replace(',', '')}.{found[2] or found[3] or '0'}").normalize()
    unit = _unit(found[4].strip(), rule)
    if unit is None:
        return Wrong("amount_unit", {"units": " / ".join(rule.units) or "-"})
    return f"{number:f} {unit}".strip()


def _unit(written: str, rule: FieldRule) -> str | None:
    """The unit kept for what stands behind the number; None for one that the form does not have."""
    return unit_words(rule).get(label_key(written)) if written else next(iter(rule.units), "")
