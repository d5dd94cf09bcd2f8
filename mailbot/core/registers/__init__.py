"""Registers: accounts and people from CSV files, and the rows found there. It knows no file, no mail and no case."""

from mailbot.core.registers.applicant import accounts_of, lookups_in, may_be_applicant
from mailbot.core.registers.reading import LARGEST, Trouble, read_csv
from mailbot.core.registers.table import Sought, Table, comparable, look_up, not_imported, row_of, write

__all__ = [
    "LARGEST",
    "Sought",
    "Table",
    "Trouble",
    "accounts_of",
    "comparable",
    "look_up",
    "lookups_in",
    "may_be_applicant",
    "not_imported",
    "read_csv",
    "row_of",
    "write",
]
