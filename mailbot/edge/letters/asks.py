"""What a template asks of what it is given: names, attributes, texts that calls begin with; and what it shows without
any of them. Found in Jinja's tree: it fills no template in and knows no rules."""

import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import nodes
from pydantic import BaseModel

from mailbot.core.case import Case
from mailbot.core.rules import Clerk, Desk, Form
from mailbot.core.rulesets.problems import meant
from mailbot.edge.letters.templates import FILTERS_THERE, KEPT, TESTS_THERE, tree_of, undeclared

HOLDS: Mapping[str, Any] = {"case": Case, "form": Form, "desk": Desk, "clerk": Clerk, "forms": dict[str, Form]}
"""What the names hold whose attributes can be known."""

_Look = nodes.Getattr | nodes.Getitem
_SILENT = (nodes.Macro, nodes.Assign, nodes.AssignBlock)
"""What has a body and shows nothing where it stands."""
_FILES = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
Row = tuple[int, str, str, str]
"""Line, place, what was found, what is wanted."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that begins with texts which stand in the template: its line, what is called, the texts (those of a list,
    if a list comes first)."""

    line: int
    name: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What one template asks: the names it wants to be given, each with the line where it stands first; attributes,
    filters and tests that nothing has; calls with texts. And its own words, from line `begins` on, with `…` for what is
    filled in."""

    names: Mapping[str, int]
    nowhere: tuple[Row, ...]
    calls: tuple[Call, ...]
    words: str
    begins: int


@lru_cache(maxsize=KEPT)
def asked(source: str) -> Asked:
    """What a template asks. Unreadable if Jinja refuses it."""
    tree = tree_of(source)
    every = list(_every(tree))
    own = _own(every)
    given = HOLDS.keys() - own
    lines = {node.name: node.lineno for node in reversed(every) if isinstance(node, nodes.Name)}
    nowhere = [_unknown(node, given) for node in every if isinstance(node, _Look)]
    nowhere += [_no_tool(node) for node in every if isinstance(node, nodes.Filter | nodes.Test)]
    nowhere += [_from_a_file(node) for node in every if isinstance(node, _FILES)]
    calls = [_call(node) for node in every if isinstance(node, nodes.Call)]
    shown = list(_shown(tree.body))
    names = undeclared(tree)  # last: Jinja folds constants of the tree while it looks for them
    return Asked(
        {name: lines[name] for name in sorted(names)},
        tuple(dict.fromkeys(row for row in nowhere if row)),
        tuple(call for call in calls if call and call.texts and call.name not in own),
        "".join(text for _, text in shown),
        shown[0][0] if shown else 1,
    )


def _every(node: nodes.Node) -> Iterator[nodes.Node]:
    """A node and all below it, in the order of the template."""
    left = [node]
    while left:
        node = left.pop()
        yield node
        left += reversed(list(node.iter_child_nodes()))


def _own(every: Sequence[nodes.Node]) -> frozenset[str]:
    """Names that the template gives a value itself: nothing is known of what they hold."""
    given = (node.name for node in every if isinstance(node, nodes.Name) and node.ctx != "load")
    return frozenset([*given, *(node.name for node in every if isinstance(node, nodes.Macro))])


def _unknown(node: _Look, given: Iterable[str]) -> Row | None:
    kind, name = _kind(node.node, given), _attribute(node)
    if not name or not _is_model(kind) or name in _names(kind):
        return None
    above = _path(node.node)
    return node.lineno, f"{above}.{name}", f"an attribute that `{above}` does not have", meant(name, _names(kind))


def _no_tool(node: nodes.Filter | nodes.Test) -> Row | None:
    """A filter or test that Jinja does not know: below an `if` it is refused only by the letter that gets there."""
    what, known = ("filter", FILTERS_THERE) if isinstance(node, nodes.Filter) else ("test", TESTS_THERE)
    return None if node.name in known else (node.lineno, node.name, f"a {what} nobody knows", meant(node.name, known))


def _from_a_file(node: nodes.Node) -> Row:
    return node.lineno, "", "a tag that reads another file, which no letter can", "the text itself"


def _attribute(node: _Look) -> str:
    """The attribute that is asked for; empty where it is worked out."""
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str) else ""


def _path(node: nodes.Node) -> str:
    if isinstance(node, _Look):
        return f"{_path(node.node)}.{_attribute(node) or '…'}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _kind(node: nodes.Node, given: Iterable[str]) -> Any:
    """The type of what an expression stands for: down from a known name, through fields and tables; None where it is
    not known."""
    if isinstance(node, nodes.Name):
        return HOLDS[node.name] if node.name in given else None
    if not isinstance(node, _Look):
        return None
    above, name = _kind(node.node, given), _attribute(node)
    if typing.get_origin(above) is dict:
        return None if hasattr(dict, name) else _present(typing.get_args(above)[1])
    field = above.model_fields.get(name) if _is_model(above) else None
    return _present(field.annotation) if field else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _present(kind: Any) -> Any:
    """The type without `| None`."""
    parts = [part for part in typing.get_args(kind) if part is not type(None)]
    return parts[0] if len(parts) == 1 and type(None) in typing.get_args(kind) else kind


@lru_cache(maxsize=64)
def _names(kind: type[BaseModel]) -> frozenset[str]:
    """Fields, properties and methods of a value."""
    own = (name for part in kind.__mro__ if part not in BaseModel.__mro__ for name in vars(part))
    return frozenset({*kind.model_fields, *(name for name in own if not name.startswith(("_", "model_")))})


def _call(node: nodes.Call) -> Call | None:
    return Call(node.lineno, node.node.name, _texts(node)) if isinstance(node.node, nodes.Name) else None


def _texts(node: nodes.Call) -> tuple[str, ...]:
    """The texts that begin the arguments, up to the first that is worked out; those of a list that comes first."""
    first = node.args[0] if node.args else None
    texts = []
    for part in first.items if isinstance(first, nodes.List | nodes.Tuple) else node.args:
        if not isinstance(part, nodes.Const) or not isinstance(part.value, str):
            break
        texts.append(part.value)
    return tuple(texts)


def _shown(body: Iterable[nodes.Node]) -> Iterator[tuple[int, str]]:
    """Line and text of everything that may be shown, of each branch."""
    for node in body:
        if isinstance(node, nodes.TemplateData):
            yield node.lineno, node.data
        elif isinstance(node, nodes.Expr):
            yield node.lineno, "…"
        elif not isinstance(node, _SILENT):
            yield from _shown(node.iter_child_nodes(only=("nodes", "body", "elif_", "else_")))
