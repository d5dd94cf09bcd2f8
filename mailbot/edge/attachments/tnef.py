"""Opens winmail.dat, the envelope of Outlook and Exchange (TNEF): the mail's text and its files. The one place that
uses tnefparse; it knows no MIME, and does not open what lies inside.

The library takes the counts in a file at their word, copies what is left of it for each attribute, opens envelopes
within envelopes without end and drops the rest of a block over one character that it cannot read. So `blocks` measures
the file first, and the library is given only what is wanted of it, packed anew: of the mail its bodies, of each file
its data and the properties below; all texts as bytes, whose charset is found out here.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from tnefparse import TNEF
from tnefparse import properties as mapi

from mailbot.core.message import shown_in
from mailbot.core.signs import ONE_LINE
from mailbot.edge.attachments import blocks
from mailbot.edge.attachments.blocks import Attribute, Blocks, Property
from mailbot.edge.attachments.values import Envelope, Inside, UnreadableFileError, guarded
from mailbot.edge.charsets import decode

MOST_FILES = 100
MOST_TEXT = 4_000_000
"""Bytes of a body: more than is looked at of the text of any mail."""
LONGEST_NAME = 255
_OF_MAIL = (TNEF.ATTBODY, TNEF.ATTMAPIPROPS, TNEF.ATTOEMCODEPAGE)
_OF_FILE = (TNEF.ATTATTACHRENDDATA, TNEF.ATTATTACHTITLE, TNEF.ATTATTACHDATA, TNEF.ATTATTACHMENT)
"""What is wanted of the attributes, of the mail and of each file."""
_BODIES = (mapi.MAPI_BODY, mapi.MAPI_BODY_HTML)
_NAMES = (mapi.MAPI_ATTACH_LONG_FILENAME, mapi.MAPI_ATTACH_FILENAME, mapi.MAPI_DISPLAY_NAME)
"""Where the name of a file stands, the whole one first; names of 8.3 characters stand in the attribute AttachTitle."""
_MIME_TYPE, _CONTENT_ID = mapi.MAPI_ATTACH_MIME_TAG, mapi.MAPI_ATTACH_CONTENT_ID
_WANTED = frozenset({*_BODIES, *_NAMES, _MIME_TYPE, _CONTENT_ID, mapi.MAPI_ATTACH_DATA_OBJ}) | {
    mapi.MAPI_RTF_COMPRESSED,
    mapi.MAPI_INTERNET_CODEPAGE,
}
"""What is wanted of the properties. It may stand there once, with one value: two are a way to show different things to
different readers."""
_IID_SIZE = 16
"""Bytes before an object, which say what it is."""
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,60}/[a-z0-9][a-z0-9.+_-]{0,100}")
_ANY_TYPE = "application/octet-stream"
_CODE_PAGES = {
    **{65001: "utf-8", 20127: "us-ascii", 20866: "koi8-r", 21866: "koi8-u", 20932: "euc-jp", 1200: "utf-16"},
    **{28590 + part: f"iso-8859-{part}" for part in range(1, 17)},
}
"""Numbers of code pages that are not called by their number elsewhere."""


def opened(content: bytes) -> Envelope:
    """What is in a TNEF file ([MS-OXTNEF]): of its bodies the plain one if it says anything, else HTML; text in RTF is
    not read. A mail or object in it is a file like others. Raises UnreadableFileError for what does not lie in the file
    as it says, or exceeds what may be."""
    attributes = blocks.attributes_of(content)
    of_mail, *of_files = _groups(attributes)
    if len(of_files) > MOST_FILES:
        raise UnreadableFileError(f"has more than {MOST_FILES} files")
    return guarded(lambda: _envelope(of_mail, of_files))


Found = dict[int, Attribute]
Properties = dict[int, Property]


def _groups(attributes: Iterable[Attribute]) -> list[Found]:
    """The attributes of the mail that are wanted, then those of each file, by identifier."""
    groups: list[Found] = [{}]
    of_mail = groups[0]
    for one in attributes:
        if one.level == 2 and one.name == TNEF.ATTATTACHRENDDATA:
            groups.append({})
        group, wanted = (of_mail, _OF_MAIL) if one.level == 1 else (groups[-1], _OF_FILE)
        if one.name not in wanted:
            continue
        if one.name in group or (one.level == 2 and group is of_mail):
            raise UnreadableFileError("is broken")
        group[one.name] = one
    return groups


def _envelope(of_mail: Found, of_files: Sequence[Found]) -> Envelope:
    walk = Blocks()
    code_page = _code_page(of_mail[TNEF.ATTOEMCODEPAGE].data) if TNEF.ATTOEMCODEPAGE in of_mail else ""
    properties = _properties(walk, of_mail.get(TNEF.ATTMAPIPROPS))
    text, kind, charset = _body(of_mail, properties, code_page)
    shown = shown_in(_value(properties, mapi.MAPI_BODY_HTML).replace(b"\0", b""))
    blocks_of_files = (_properties(walk, one.get(TNEF.ATTATTACHMENT)) for one in of_files)
    pairs = zip(of_files, blocks_of_files, strict=True)
    files = [file for one, its in pairs for file in _files(one, its, code_page, shown)]
    unread = not text and mapi.MAPI_RTF_COMPRESSED in properties
    return Envelope(tuple(files), text, kind, charset, unread)


def _properties(walk: Blocks, attribute: Attribute | None) -> Properties:
    """The properties of a block that are wanted and have a value, by identifier."""
    found: Properties = {}
    for one in walk.properties_of(attribute.data) if attribute else ():
        if one.name not in _WANTED or not one.values:
            continue
        if one.name in found or len(one.values) > 1:
            raise UnreadableFileError("is broken")
        found[one.name] = one
    return found


def _value(properties: Properties, name: int) -> bytes:
    return properties[name].values[0] if name in properties else b""


def _given(name: int, value: bytes) -> Property:
    """A property as the library gets it: bytes of which it makes nothing."""
    return Property(name, blocks.BINARY, (value,))


def _read(attributes: Sequence[Attribute], kind: int, properties: list[Property]) -> TNEF:
    """What the library makes of attributes and properties, all of whose counts are ours."""
    level = 1 if kind == TNEF.ATTMAPIPROPS else 2
    block = Attribute(level, kind, 0, blocks.packed_properties(properties))
    return TNEF(blocks.packed_attributes([*attributes, block]), do_checksum=False)


# The mail


def _body(of_mail: Found, properties: Properties, code_page: str) -> tuple[bytes, str, str]:
    """Bytes, type and charset of the text."""
    given = [_given(name, _value(properties, name)) for name in _BODIES if name in properties]
    read = _read([of_mail[TNEF.ATTBODY]] if TNEF.ATTBODY in of_mail else [], TNEF.ATTMAPIPROPS, given)
    of_html = _code_page(_value(properties, mapi.MAPI_INTERNET_CODEPAGE)) or code_page
    bodies = (
        (read.body, "text/plain", mapi.MAPI_BODY, code_page),
        (read.htmlbody, "text/html", mapi.MAPI_BODY_HTML, of_html),
    )
    if any(len(data or b"") > MOST_TEXT for data, *_ in bodies):
        raise UnreadableFileError(f"holds a text of more than {MOST_TEXT // 1_000_000} MB")
    for data, kind, name, charset in bodies:
        wide = name in properties and properties[name].kind == blocks.UNICODE
        text = _utf8(data or b"") if wide else (data or b"").rstrip(b"\0")
        if text.strip():
            return text, kind, "utf-8" if wide else charset
    return b"", "", ""


def _utf8(data: bytes) -> bytes:
    """Text of the type Unicode (UTF-16, [MS-OXCDATA] §2.11.1) as UTF-8; the library cuts zeros off its end."""
    text = (data + b"\0" * (len(data) % 2)).decode("utf-16-le", "replace")
    return text.rstrip("\0").encode("utf-8")


def _code_page(number: bytes) -> str:
    """The name of the charset that a number in four bytes stands for; empty if there is none."""
    found = int.from_bytes(number[:4], "little")
    return _CODE_PAGES.get(found, f"cp{found}") if found else ""


# A file


def _files(attributes: Found, properties: Properties, code_page: str, shown: set[str]) -> Iterator[Inside]:
    """The file that attributes and properties make: two, if an object and data stand there, and nobody can say which
    of them a reader shows. `shown` are the Content-IDs that the mail's HTML names."""
    name = next((name for name in _NAMES if _value(properties, name).strip(b"\0")), 0)
    title = attributes[TNEF.ATTATTACHTITLE].data if TNEF.ATTATTACHTITLE in attributes else b""
    given = [_given(_NAMES[0], _value(properties, name) or title)]
    given += [_given(one, _text(properties, one)) for one in (_MIME_TYPE, _CONTENT_ID) if one in properties]
    rest = [attributes[one] for one in (TNEF.ATTATTACHRENDDATA, TNEF.ATTATTACHDATA) if one in attributes]
    (read,) = _read(rest, TNEF.ATTATTACHMENT, given).attachments
    told = {one.name: one.data for one in read.mapi_attrs}
    wide = bool(name) and properties[name].kind == blocks.UNICODE
    called = _name(read.long_filename() or b"", wide, code_page)
    inline = told.get(_CONTENT_ID, b"").strip(b"<> ").decode("utf-8", "replace") in shown
    for content in (*([read.data] if read.data else []), *_object(properties)) or (b"",):
        yield Inside(called, _type(told.get(_MIME_TYPE, b"")), content, inline)


def _object(properties: Properties) -> list[bytes]:
    """The data of a file that is a property: that of a mail or object behind what says which it is. The library would
    cut the zeros off its end, and open a mail."""
    found = properties.get(mapi.MAPI_ATTACH_DATA_OBJ)
    if found is None:
        return []
    return [found.values[0][_IID_SIZE if found.kind == blocks.OBJECT else 0 :]]


def _text(properties: Properties, name: int) -> bytes:
    value = _value(properties, name)
    return _utf8(value) if properties[name].kind == blocks.UNICODE else value


def _name(name: bytes, wide: bool, code_page: str) -> str:
    """The name of a file in one line, without the folders that it says it was in."""
    text = _utf8(name).decode() if wide else decode(name.rstrip(b"\0"), code_page).text
    return ONE_LINE.sub(" ", re.split(r"[\\/]", text)[-1]).strip()[-LONGEST_NAME:]


def _type(mime_type: bytes) -> str:
    found = mime_type.decode("ascii", "replace").rstrip("\0").lower()
    return found if _TYPE.fullmatch(found) else _ANY_TYPE
