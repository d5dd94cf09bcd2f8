"""Templates of letters as Jinja reads them, each text once a process. It knows no rules and no letter."""

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache

import jinja2
import jinja2.meta
import jinja2.nodes

from mailbot.core.columns import clip, fits, wrap

COLUMNS = 72
"""Columns a paragraph is broken at."""
WIDEST = 76
"""Columns up to which a line that came broken already (a form, values) is left alone."""
KEPT = 1024
"""Templates that are kept read: several sets of rules in two languages."""


class Unreadable(Exception):  # noqa: N818 - it is the template that is mistaken
    """Jinja refuses a template; `line` counts from 1."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


def tree_of(source: str) -> jinja2.nodes.Template:
    """A template as Jinja's tree. Unreadable if Jinja refuses it."""
    with _refusals():
        return _ENVIRONMENT.parse(source)


def undeclared(tree: jinja2.nodes.Template) -> frozenset[str]:
    """The names that a template wants to be given; its tree is not to be looked at afterwards. Unreadable if it uses a
    filter or a test that Jinja does not know."""
    with _refusals():
        return frozenset(jinja2.meta.find_undeclared_variables(tree))


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except jinja2.TemplateSyntaxError as error:
        raise Unreadable(error.message or "a mistake", error.lineno) from error


FAILURES = (jinja2.TemplateError, TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What a template can raise with names that are there: it is a small program, and its mistakes are those of one."""


class Unfillable(Exception):  # noqa: N818 - it is the template that is mistaken
    """A template could not be filled in: the text names its file, the line where it is known, and why."""


def rendered(source: str, context: Mapping[str, object], file: str) -> str:
    """A template with its names filled in, lines ending in a line feed alone. Unfillable if that fails, with `file`:
    to Jinja every template is called `<template>`, which tells nobody where to look."""
    try:
        return lines(compiled(source).render(context))
    except FAILURES as error:
        where = ":".join([file, *(str(line) for line in _line(error))])
        raise Unfillable(f"{where}: {type(error).__name__}: {error}") from error


def _line(error: Exception) -> list[int]:
    """The line of the template in which it failed, from 1; nothing if it failed outside."""
    frames = traceback.walk_tb(error.__traceback__)
    return [line for frame, line in frames if frame.f_code.co_filename == "<template>"][-1:]


def lines(text: str) -> str:
    """Text whose lines all end in a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@lru_cache(maxsize=KEPT)
def compiled(source: str) -> jinja2.Template:
    """A template to be filled in. jinja2.TemplateSyntaxError if Jinja refuses it, which `tree_of` found before."""
    return _ENVIRONMENT.from_string(source)


@lru_cache(maxsize=KEPT)
def wanted(source: str) -> frozenset[str]:
    """The names that a template asks for; none if Jinja refuses it, which `rendered` says."""
    try:
        return undeclared(tree_of(source))
    except Unreadable:
        return frozenset()


def _wrap(text: object, indent: int = 0, columns: int = COLUMNS) -> str:
    return wrap(str(text), columns, " " * indent)


def _clip(text: object, columns: int = 60) -> str:
    return clip(str(text), columns)


def quote(text: object, most: int = 40) -> str:
    """Somebody's words behind quote marks, `most` lines of them."""
    kept = [part for line in lines(str(text)).strip().split("\n") for part in _quoted(line)]
    return "\n".join(kept[:most] + ["> […]"] * (len(kept) > most))


def _quoted(line: str) -> list[str]:
    """A line behind the quote mark; broken only where it would be too wide, since broken lines read badly."""
    quoted = f"> {line.strip()}".rstrip()
    return [quoted] if fits(quoted, WIDEST) else wrap(line, COLUMNS, "> ").split("\n")


FILTERS: Mapping[str, Callable[..., str]] = {"wrap": _wrap, "clip": _clip, "quote": quote}
"""What templates may do to a text; docs/letters.md says what they are for."""


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - plain text mail, nothing is markup
    )
    environment.filters.update(FILTERS)
    return environment


_ENVIRONMENT = _environment()
FILTERS_THERE, TESTS_THERE = frozenset(_ENVIRONMENT.filters), frozenset(_ENVIRONMENT.tests)
"""The names of all filters and tests that a template may use, ours and those of Jinja."""
