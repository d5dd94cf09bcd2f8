"""The national holidays of a country, a year at a time. It knows no desk, and loads nothing before somebody asks."""

from datetime import date
from functools import lru_cache


@lru_cache(maxsize=64)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """The public holidays of that country (ISO 3166-1 alpha-2) in that year, substitute and citizens' holidays
    included, after the package `holidays`; NotImplementedError for a country it does not know (`known_country`)."""
    import holidays

    return frozenset(holidays.country_holidays(country, years=year))


def known_country(country: str) -> bool:
    """Whether the package has the holidays of a country, by its code in capital letters; no holidays are loaded."""
    from holidays.registry import COUNTRIES

    return len(country) == 2 and any(country in names[1:] for names in COUNTRIES.values())
