"""What can be wrong with an answer, one table of codes. It knows no sentence: those stand in words.toml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mailbot.core.events import FaultKind, Value


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that was not understood: a code of FAULTS and what fills the places of its sentence; `value` is what
    it would mean if somebody let it count all the same (None: nothing can)."""

    code: str
    wanted: Mapping[str, str] = field(default_factory=dict)
    value: Value | None = None


@dataclass(frozen=True, slots=True)
class FaultCode:
    """One row: the kind of fault, and the places its sentence may use beside `{found}`."""

    kind: FaultKind
    places: frozenset[str] = frozenset()


def _row(kind: FaultKind, places: str = "") -> FaultCode:
    return FaultCode(kind, frozenset(places.split()))


FAULTS: Mapping[str, FaultCode] = {
    "missing": _row("missing"),
    "conflict": _row("conflict", "first second"),
    "email_not_from": _row("conflict", "sender"),
    "copy_differs": _row("conflict", "other question"),
    "check": _row("invalid", "message"),
    "closed": _row("invalid", "message"),
    "account_unknown": _row("invalid", "title address"),
    "unknown_label": _row("unknown_label"),
    "unreadable": _row("unclear"),
    "too_long": _row("invalid", "maximum"),
    "too_short": _row("invalid", "minimum count"),
    "odd_signs": _row("invalid", "signs"),
    "email_odd": _row("unclear", "signs like"),
    "latin": _row("invalid"),
    "email_syntax": _row("invalid"),
    "email_several": _row("unclear"),
    "email_free": _row("invalid", "domain"),
    "postal_code": _row("invalid"),
    "postal_code_unknown": _row("unclear", "number"),
    "postal_code_misfit": _row("unclear", "number place"),
    "telephone": _row("invalid"),
    "telephone_odd": _row("unclear"),
    "country": _row("unclear"),
    "country_several": _row("unclear"),
    "date": _row("invalid"),
    "date_none": _row("invalid"),
    "date_either": _row("unclear"),
    "amount": _row("invalid"),
    "amount_unit": _row("unclear", "units"),
    "yes_no": _row("unclear"),
    "choice": _row("unclear", "choices"),
    "ids": _row("invalid"),
    "account_name": _row("invalid"),
    "ssh_private": _row("invalid"),
    "ssh_dsa": _row("invalid"),
    "ssh_short": _row("invalid", "bits minimum"),
    "ssh_type": _row("invalid", "type"),
    "ssh_broken": _row("invalid"),
    "ssh_format": _row("invalid"),
    "ssh_several": _row("unclear"),
    "ssh_options": _row("invalid"),
    "plan_sheet_missing": _row("missing", "sheet"),
    "plan_sheet_empty": _row("missing", "sheet"),
    "plan_sheets_several": _row("unclear", "sheet other"),
    "plan_version": _row("unclear", "sheet"),
    "plan_entry_missing": _row("missing", "sheet cell label"),
    "plan_user_name": _row("missing", "sheet cell"),
    "plan_user_email": _row("missing", "sheet cell"),
    "plan_user_account": _row("missing", "sheet cell"),
    "plan_email": _row("invalid", "sheet cell"),
    "plan_account": _row("invalid", "sheet cell"),
    "plan_account_twice": _row("conflict", "sheet cell other"),
    "plan_service": _row("unclear", "sheet cell"),
    "plan_service_missing": _row("missing", "sheet cell"),
    "plan_amount": _row("invalid", "sheet cell"),
    "plan_negative": _row("invalid", "sheet cell"),
    "plan_date": _row("invalid", "sheet cell"),
    "plan_date_missing": _row("missing", "sheet cell"),
    "plan_dates": _row("conflict", "sheet cell first last"),
    "plan_column_unnamed": _row("missing", "sheet cell"),
    "plan_account_unlisted": _row("conflict", "sheet cell"),
}
"""Every code a fault can have. words.toml has a sentence for each, in each language of the desk."""
