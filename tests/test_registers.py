"""Registers: a CSV file is read, found wrong or imported; what it says is looked up, also after cases changed it."""

import asyncio
import csv
import io
import os
import time
import tracemalloc
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from costs import TURNS
from store_help import DESK, NOON, draft, open_case, run
from test_rules import DESK as DESK_RULES
from test_rules import FORM, texts

from mailbot.core import events as e
from mailbot.core.instants import to_text
from mailbot.core.orders import ImportRegister, Ordered
from mailbot.core.registers import (
    LARGEST,
    Sought,
    Table,
    Trouble,
    look_up,
    may_be_applicant,
    read_csv,
)
from mailbot.core.rules import Form, Register, Rules
from mailbot.core.rulesets import build
from mailbot.store import Asked
from mailbot.store.files import FileBatch, FileStore, give_register, submit

ACCOUNTS = Register(
    key="account",
    columns={"account": "account", "family_name": "text", "email": "email", "address": "text"},
)
PEOPLE = Register(key="email", columns={"email": "email", "name": "text"})
REGISTERS = {"accounts": ACCOUNTS, "responsible": PEOPLE}
HANAKO = {
    "account": "hanako",
    "family_name": "髙橋",
    "email": "Hanako@Uni.example",
    "address": "例示市本町\n㈱例示 3-2-1",
}
TARO = {"account": "taro-i", "family_name": "Iden", "email": "taro@uni.example", "address": "1111 Yata, Mishima"}


def csv_of(*rows: Mapping[str, str], register: Register = ACCOUNTS, ends: str = "\n") -> str:
    """A CSV file as a spreadsheet program writes it."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(register.columns), lineterminator=ends)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def table_of(data: bytes, register: Register = ACCOUNTS) -> Table:
    table = read_csv(data, register)
    assert isinstance(table, Table), table
    return table


def found(table: Table, key: str, column: str = "account") -> dict[str, str] | None:
    return look_up(Sought("accounts", column, key), [table])


@pytest.mark.parametrize(
    "data",
    [
        csv_of(HANAKO, TARO).encode(),
        csv_of(HANAKO, TARO, ends="\r\n").encode("utf-8-sig"),
        csv_of(HANAKO, TARO, ends="\r\n").encode("cp932"),
        csv_of(HANAKO, TARO).replace("\n", "\r").encode(),
        f"{csv_of(HANAKO)}\n,,,\n{','.join(TARO.values())}".replace("account,fam", " Ａccount,fam")
        .replace("1111 Yata, Mishima", '"1111 Yata, Mishima"')
        .encode(),
    ],
    ids=["UTF-8", "with a byte order mark", "CP932", "line ends of old machines", "empty lines, a wide header"],
)
def test_a_file_is_read_however_the_spreadsheet_program_wrote_it(data: bytes) -> None:
    table = table_of(data)
    assert len(table) == 2
    assert found(table, "hanako") == HANAKO
    assert found(table, "taro-i") == TARO


def test_columns_may_stand_in_any_order() -> None:
    table = table_of(b"email,address,account,family_name\ntaro@uni.example,here,taro-i,Iden\n")
    assert found(table, "taro-i") == {**TARO, "address": "here"}


def test_a_formula_is_text() -> None:
    cells = ['=HYPERLINK("http://x.example","y")', "+1", "-2+3", "@SUM(A1)", '="007"']
    rows = [{**TARO, "account": f"user{n}", "address": cell} for n, cell in enumerate(cells)]
    table = table_of(csv_of(*rows).encode())
    assert [(found(table, row["account"]) or {})["address"] for row in rows] == cells


@pytest.mark.parametrize("written", ["TARO-I", " taro-i\u3000", "ｔａｒｏ-ｉ"])
def test_an_account_is_the_same_in_other_letters(written: str) -> None:
    assert found(table_of(csv_of(TARO).encode()), written) == TARO


def test_an_address_is_the_same_in_capitals_and_under_the_name_that_servers_use() -> None:
    table = table_of(csv_of({**TARO, "email": "Taro@例示.Example"}).encode())
    assert found(table, "taro@xn--fsq192h.example", "email") is not None
    assert found(table, "TARO@例示.example", "email") is not None
    assert found(table, "taro@example", "email") is None
    assert found(table, "", "email") is None
    assert found(table, "Iden", "name") is None, "there is no such column"


HEAD = "account,family_name,email,address"


@pytest.mark.parametrize(
    "text, troubles",
    [
        ("", ["the file: found nothing; wanted a first line account,family_name,email,address"]),
        ("taro-i,Iden,taro@uni.example,here\n", [f"line 1: found no header but “taro-i”; wanted a first line {HEAD}"]),
        ("account;family_name;email;address\n", ["line 1: found columns with ';' between them; wanted commas"]),
        (
            "account,family_name,mail,address\n",
            ["line 1, column 3: found “mail”; wanted one of", "line 1, column email: found no such column; wanted"],
        ),
        (f"{HEAD},email\n", ["line 1, column 5: found “email” a second time; wanted one of"]),
        (
            f"{HEAD}\na,b,c\nd,e,f,g\nD,x,y,z\n,x,y,z\nh,i,j,k,l\n",
            [
                "line 2: found 3 cells; wanted 4, as in the first line",
                "line 4, column account: found “D”, as in line 3; wanted every key once",
                "line 5, column account: found nothing; wanted what names the row",
                "line 6: found 5 cells; wanted 4, as in the first line",
            ],
        ),
        (
            f'{HEAD}\na,b,c,"d\ne"\nf,g,h,"i\nj,k,l,m\n',
            ["line 4: found a cell whose quotes do not close (unexpected end of data); wanted quotes"],
        ),
        (f"{HEAD}\na,b\x07,c,d\n", ["line 2, column family_name: found a control character in 'b\\x07'; wanted text"]),
        (
            f"{HEAD}\na,b\x9bc,c,d\n",
            ["line 2, column family_name: found a control character in 'b\\x9bc'; wanted text"],
        ),
    ],
)
def test_whoever_imports_a_wrong_file_is_told_line_and_column(text: str, troubles: list[str]) -> None:
    told = read_csv(text.encode(), ACCOUNTS)
    assert isinstance(told, tuple)
    assert len(told) == len(troubles), told
    for trouble, words in zip(told, troubles, strict=True):
        assert str(trouble).startswith(words)


def test_a_file_in_another_encoding_is_refused_at_the_line_where_it_begins() -> None:
    assert read_csv(csv_of(TARO).encode("utf-16"), ACCOUNTS) == (
        Trouble(0, "", "UTF-16", 'UTF-8 or CP932: save it as "CSV UTF-8"'),
    )
    told = read_csv(f"{HEAD}\na,b,c,d\ne,".encode() + b"\x81\n", ACCOUNTS)
    assert isinstance(told, tuple)
    assert [(trouble.line, trouble.found) for trouble in told] == [(3, "octets that are neither UTF-8 nor CP932")]


def test_of_many_troubles_the_first_twenty_are_told() -> None:
    told = read_csv((HEAD + "\na,b" * 500).encode(), ACCOUNTS)
    assert isinstance(told, tuple)
    assert [trouble.line for trouble in told] == list(range(2, 22))


DECLARED = """
[registers.accounts]
key = "account"
[registers.accounts.columns]
account = "account"
email = "email"
"""
LOOKING = """
[fields.account]
label = {en = "Account", ja = "アカウント"}
register = {name = "accounts", column = "account"}

[records.accounts]
key = "account"
columns = {account = "account", email = "email"}
"""


@pytest.mark.parametrize(
    "old, new, told",
    [
        (
            '"accounts", c',
            '"acounts", c',
            "fields.account.register.name: found the register `acounts`; wanted `acc",
        ),
        ('column = "account"', 'column = "name"', "fields.account.register.column: found the column `name`; wanted"),
        ("[records.accounts]", "[records.people]", "records.people: found the register `people`; wanted"),
        (
            'email = "email"}',
            'mail = "email"}',
            "records.accounts.columns.mail: found the column `mail`; wanted `em",
        ),
        ('email = "email"}', 'email = "boss-mail"}', "records.accounts.columns.email: found the field `boss-mail`"),
        ('key = "account"\ncolumns', 'key = "email"\ncolumns', 'records.accounts.key: found "email"; wanted `account`'),
        ('{account = "account", ', "{", 'records.accounts.key: found "account"; wanted'),
    ],
)
def test_a_form_that_names_a_register_or_column_that_is_not_declared_is_told(old: str, new: str, told: str) -> None:
    form = FORM + LOOKING
    assert form.count(old) == 1
    given = {**texts(), "rules/desk.toml": DESK_RULES + DECLARED, "rules/room-key.toml": form.replace(old, new)}
    made = build(given)
    assert isinstance(made, tuple)
    assert any(f": {told}" in str(problem) for problem in made), made
    assert isinstance(build({**given, "rules/room-key.toml": form}), Rules)


@pytest.mark.parametrize(
    "old, new, told",
    [
        ("registers.accounts", "registers.new", "registers.new: found the name `new`; wanted small letters"),
        ("registers.accounts", "registers.'../x'", "registers.../x: found the name `../x`; wanted small letters"),
        ('key = "account"', 'key = "acount"', 'registers.accounts.key: found "acount"; wanted `account`'),
        ("email = ", "'氏名' = ", "registers.accounts.columns.氏名: found the column `氏名`; wanted small letters"),
        (
            '"email"\n',
            '"mail"\n',
            "registers.accounts.columns.email: found \"mail\"; wanted 'text', 'account' or",
        ),
    ],
)
def test_a_register_that_is_declared_wrongly_is_told(old: str, new: str, told: str) -> None:
    made = build({**texts(), "rules/desk.toml": DESK_RULES + DECLARED.replace(old, new)})
    assert isinstance(made, tuple)
    [problem] = made
    assert f": {told}" in str(problem)


RESPONSIBLE = {
    "responsible_email": {"type": "email", "register": {"name": "responsible", "column": "email"}},
    "responsible_account": {"register": {"name": "accounts", "column": "account"}},
}
APPLYING = Form.model_validate(
    {
        "name": "new-account",
        "title": {"en": "New account"},
        "people": {
            "applicant": {"email": "email", "name": ["first_name", "family_name"]},
            "responsible": {
                "email": "responsible_email",
                "name": ["responsible_first_name", "responsible_family_name"],
            },
        },
        "fields": {key: {"key": key, "label": {"en": key}, **rule} for key, rule in RESPONSIBLE.items()},
        "copies": [{"when": {"field": "responsible_same", "is": "yes"}, "fields": {"responsible_email": "email"}}],
        "records": {"accounts": {"key": "account", "columns": {"account": "account_name"}}},
        "steps": [{"kind": "fields"}],
    }
)
APPLICATION = {
    "family_name": "Iden",
    "first_name": "Tarō",
    "email": "taro@uni.example",
    "account_name": "taro-i",
    "responsible_same": "no",
    "responsible_family_name": "Suzuki",
    "responsible_first_name": "Ichiro",
    "responsible_email": "ichiro@uni.example",
}


def account_of(email: str, **columns: str) -> e.Row:
    return e.Row(name="accounts", column="email", key=email, found={"account": "x", **columns})


def listed(name: str) -> e.Row:
    return e.Row(name="responsible", column="email", key="Ichiro@uni.example", found={"name": name})


@pytest.mark.parametrize(
    "values, row",
    [
        ({"responsible_family_name": "TARO", "responsible_first_name": "iden"}, None),
        ({}, account_of("ichiro@uni.example", family_name="Iden", first_name="Taro")),
        ({}, account_of("ichiro@uni.example", account="TARO-I")),
        ({"responsible_account": "taro-i"}, None),
        ({"responsible_email": "taro@lab.uni.example"}, None),
        ({"email": "taro@cs.univ.ac.jp", "responsible_email": "taro@bio.univ.ac.jp"}, None),
        ({"responsible_email": "taro@uni.example"}, None),
        ({}, listed("Hanako Suzuki")),
    ],
    ids=[
        "same name the other way round",
        "an account of the same name",
        "the same account",
        "the same account, as the application says",
        "same local part",
        "same local part, two departments",
        "the same address",
        "the directory has another name",
    ],
)
def test_a_responsible_person_who_may_be_the_applicant_is_noticed(values: dict[str, str], row: e.Row | None) -> None:
    assert may_be_applicant(APPLYING, {**APPLICATION, **values}, [row] if row else [])


@pytest.mark.parametrize(
    "values, row",
    [
        ({}, None),
        ({}, listed("Suzuki, Ichirō")),
        ({}, listed("鈴木 一郎")),
        ({}, account_of("ichiro@uni.example", account="ichiro", family_name="Suzuki", first_name="Ichiro")),
        ({}, e.Row(name="accounts", column="email", key="ichiro@uni.example")),
        ({"responsible_email": "taro@other.example"}, None),
        ({"email": "taro@a.ac.jp", "responsible_email": "taro@b.ac.jp"}, None),
        ({"responsible_same": "yes", "responsible_email": "taro@uni.example"}, None),
        ({"responsible_email": ""}, None),
        ({"family_name": "Suzuki", "responsible_first_name": ""}, None),
    ],
)
def test_a_responsible_person_of_their_own_is_not_suspected(values: dict[str, str], row: e.Row | None) -> None:
    assert not may_be_applicant(APPLYING, {**APPLICATION, **values}, [row] if row else [])


# In the store


def changed(row: Mapping[str, str], name: str = "accounts") -> e.Event:
    return e.AccountChanged(name=name, row=dict(row))


async def import_csv(store: FileStore, data: bytes, name: str = "accounts") -> None:
    """As an order does that is carried out."""
    digest = give_register(store.state, data)
    await store.place_register(name, digest, data)
    rows = len(table_of(data, REGISTERS[name]))
    async with store.batch() as batch:
        happened = e.RegisterImported(name=name, digest=digest, columns=tuple(REGISTERS[name].columns), rows=rows)
        batch.append(draft(happened))
    await store.settle_registers(digest)


async def write(store: FileStore, *rows: Mapping[str, str]) -> None:
    """As a case does that is done."""
    async with store.batch() as batch:
        number = await open_case(batch)
        batch.append(draft(*map(changed, rows), case=number))


async def asked(batch: FileBatch, key: str, column: str = "account") -> e.Row:
    sought = (Sought("accounts", column, key),)
    [row] = (await batch.recall(Asked(rows=sought, registers=REGISTERS))).rows
    return row


async def looked_up(store: FileStore, key: str, column: str = "account") -> e.Row:
    """What a batch is told, which is what whoever only looks is told."""
    async with store.batch() as batch:
        row = await asked(batch, key, column)
    assert await store.rows((Sought("accounts", column, key),), REGISTERS) == (row,)
    return row


def files(state: Path) -> list[str]:
    """What lies in the folder of registers, with its modes."""
    paths = sorted(path for path in (state / "registers").rglob("*") if path.is_file())
    assert {path.stat().st_mode & 0o777 for path in paths} <= {0o600}
    return [path.relative_to(state / "registers").parent.as_posix() for path in paths]


def test_a_register_counts_from_its_entry_on_and_says_what_it_has(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        assert await looked_up(store, "taro-i") == e.Row(
            name="accounts", column="account", key="taro-i", imported=False
        )
        await import_csv(store, csv_of(HANAKO, TARO).encode())
        assert (await looked_up(store, "TARO-I")).found == TARO
        assert (await looked_up(store, "hanako@uni.example", "email")).found == HANAKO
        unknown = await looked_up(store, "nobody")
        assert (unknown.found, unknown.imported) == (None, True)
        assert not (await looked_up(store, "taro@uni.example", "no_such_column")).found
        [foreign] = await store.rows((Sought("rooms", "number", "1"),), REGISTERS)
        assert not foreign.imported, "a register that nobody declared"

    run(work, tmp_path)
    assert files(tmp_path) == ["accounts"]


def test_rows_that_cases_wrote_lie_on_top_until_the_next_import(tmp_path: Path) -> None:
    moved = {**TARO, "email": "iden@institute.example"}

    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(HANAKO, TARO).encode())
        async with store.batch() as batch:
            number = await open_case(batch)
            batch.append(draft(changed(moved), case=number))
            assert (await asked(batch, "taro-i")).found == moved, "the next mail of the same batch sees it"
        assert (await looked_up(store, "iden@institute.example", "email")).found == moved
        assert (await looked_up(store, "taro@uni.example", "email")).found is None, "nobody has the old address"
        await write(store, {"account": "TARO-I"}, {"account": "new-one", "email": "taro@uni.example"})
        assert (await looked_up(store, "taro-i")).found is None, "a row that is empty but for its key is gone"
        assert (await looked_up(store, "iden@institute.example", "email")).found is None
        [row] = await store.rows((Sought("accounts", "email", "taro@uni.example"),), REGISTERS)
        assert row.found == {"account": "new-one", "family_name": "", "email": "taro@uni.example", "address": ""}
        assert store.rows_written("accounts") == 3
        await import_csv(store, csv_of(TARO).encode())
        assert (await looked_up(store, "taro-i")).found == TARO, "an import is the whole truth"
        assert (await looked_up(store, "new-one")).found is None
        assert store.rows_written("accounts") == 0
        await write(store, moved)
        await import_csv(store, csv_of(TARO).encode())
        assert (await looked_up(store, "taro-i")).found == TARO, "also if it is the same file once more"

    run(work, tmp_path)
    assert files(tmp_path) == ["accounts"], "earlier files hold personal data"


def test_what_a_case_did_not_tell_stays_as_the_register_says_it(tmp_path: Path) -> None:
    """Also what was imported between the day on which the case looked there and the day on which it is done."""
    moved = e.AccountChanged(name="accounts", row={"account": "taro-i", "email": "t@b.example"}, how="changes")
    newer = {**TARO, "address": "another", "email": "other@uni.example"}

    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(newer).encode())
        async with store.batch() as batch:
            batch.append(draft(moved, case=await open_case(batch)))
            assert (await asked(batch, "taro-i")).found == {**newer, "email": "t@b.example"}
        assert (await looked_up(store, "taro-i")).found == {**newer, "email": "t@b.example"}
        await import_csv(store, csv_of(HANAKO).encode())
        async with store.batch() as batch:
            batch.append(draft(moved, case=await open_case(batch)))
        assert (await looked_up(store, "taro-i")).found is None, "a row that an import took out stays out"

    run(work, tmp_path)


def test_a_row_that_is_to_be_made_fills_what_is_empty_in_the_one_that_is_there(tmp_path: Path) -> None:
    told = {"account": "taro-i", "family_name": "Iden", "email": "old@uni.example"}
    made = e.AccountChanged(name="accounts", row=told, how="makes")
    newer = {**TARO, "family_name": "", "email": "new@uni.example"}

    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(newer).encode())
        async with store.batch() as batch:
            batch.append(draft(made, case=await open_case(batch)))
        assert (await looked_up(store, "taro-i")).found == {**newer, "family_name": "Iden"}
        await import_csv(store, csv_of(HANAKO).encode())
        async with store.batch() as batch:
            batch.append(draft(made, case=await open_case(batch)))
        assert (await looked_up(store, "taro-i")).found == {"address": "", **told}

    run(work, tmp_path)


def test_what_a_batch_did_not_commit_changes_no_register(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(TARO).encode())
        with suppress(InterruptedError):
            async with store.batch() as batch:
                number = await open_case(batch)
                batch.append(draft(changed({"account": "taro-i"}), case=number))
                assert (await asked(batch, "taro-i")).found is None
                raise InterruptedError
        assert (await looked_up(store, "taro-i")).found == TARO

    run(work, tmp_path)


def test_rows_that_cases_wrote_are_known_where_nothing_was_imported(tmp_path: Path) -> None:
    async def work(store: FileStore) -> None:
        await write(store, TARO)
        row = await looked_up(store, "taro-i")
        assert (row.found, row.imported) == (TARO, False)

    run(work, tmp_path)


async def standing(store: FileStore) -> object:
    """Everything the registers of a store add up to."""
    keys = ("hanako", "taro-i", "new-one", "nobody")
    return [await looked_up(store, key) for key in keys], dict(store.imported()), store.rows_written("accounts")


def test_registers_stand_as_before_after_a_restart_and_after_the_casebook_was_made_again(tmp_path: Path) -> None:
    async def work(store: FileStore) -> object:
        await import_csv(store, csv_of(HANAKO).encode())
        await write(store, {"account": "lost"})
        await import_csv(store, csv_of(HANAKO, TARO).encode())
        await import_csv(store, csv_of({"email": "x@y.example", "name": "X"}, register=PEOPLE).encode(), "responsible")
        await write(store, {**TARO, "account": "new-one"}, {"account": "hanako"})
        assert store.verify().ok
        return await standing(store)

    before = run(work, tmp_path)
    assert run(standing, tmp_path) == before, "from the checkpoint"
    (tmp_path / "cases" / "open.json").unlink()
    assert run(standing, tmp_path) == before, "from the journal"
    with FileStore.rebuild(tmp_path, DESK) as store:
        assert asyncio.run(standing(store)) == before
        assert store.verify().ok
    assert asyncio.run(FileStore.read(tmp_path, DESK).rows((), REGISTERS)) == ()
    assert files(tmp_path) == ["accounts", "responsible"]


@pytest.mark.parametrize(
    "harm, words", [(Path.unlink, "is missing"), (lambda path: path.write_text("x"), "is not what")]
)
def test_a_file_that_was_lost_or_changed_is_reported_and_counts_as_not_imported(
    tmp_path: Path, harm: object, words: str
) -> None:
    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(TARO).encode())
        await write(store, {**HANAKO})

    async def afterwards(store: FileStore) -> None:
        [notice] = store.notices
        assert words in notice
        assert notice.startswith("register accounts: ")
        row = await looked_up(store, "taro-i")
        assert (row.found, row.imported) == (None, False)
        assert (await looked_up(store, "hanako")).found == HANAKO, "what cases wrote stands in the journal"
        assert len(store.notices) == 1, "it is said once"
        assert words in store.verify().words()
        await import_csv(store, csv_of(TARO).encode())
        assert (await looked_up(store, "taro-i")).found == TARO
        assert store.verify().ok

    run(work, tmp_path)
    [path] = (tmp_path / "registers" / "accounts").iterdir()
    assert callable(harm)
    harm(path)
    run(afterwards, tmp_path)


def test_a_file_that_does_not_fit_the_rules_any_more_is_reported(tmp_path: Path) -> None:
    wider = {"accounts": ACCOUNTS.model_copy(update={"columns": {**ACCOUNTS.columns, "group": "text"}})}

    async def work(store: FileStore) -> None:
        await import_csv(store, csv_of(TARO).encode())
        [row] = await store.rows((Sought("accounts", "account", "taro-i"),), wider)
        assert (row.found, row.imported) == (None, False)
        assert "does not fit rules/desk.toml any more (line 1, column group: found no such column" in store.notices[0]
        assert (await looked_up(store, "taro-i")).found == TARO

    run(work, tmp_path)


def test_at_a_start_only_files_are_left_that_count_or_that_an_order_names(tmp_path: Path) -> None:
    run(lambda store: import_csv(store, csv_of(TARO).encode()), tmp_path)
    given = [give_register(tmp_path, csv_of({**TARO, "account": f"n{n}"}).encode()) for n in range(3)]
    folder = tmp_path / "registers"
    order = ImportRegister(name="accounts", digest=given[0])
    submit(tmp_path, Ordered(by=e.Operator(user="hanako", nonce="n"), at=to_text(NOON), order=order))
    for digest in given[:2]:
        os.utime(folder / "new" / f"{digest}.csv", (0, 0))
    (folder / "accounts" / f"{given[0]}.csv").write_text("placed, and then it died")
    (folder / "accounts" / ".x.csv.tmp").write_text("half a file")

    async def nothing(store: FileStore) -> None:
        assert (await looked_up(store, "taro-i")).found == TARO

    run(nothing, tmp_path)
    assert sorted(path.stem for path in (folder / "new").iterdir()) == sorted([given[0], given[2]])
    assert len(list((folder / "accounts").iterdir())) == 1


def test_the_other_open_cases_of_a_sender_are_told_oldest_first(tmp_path: Path) -> None:
    async def others(batch: FileBatch, sender: str, form: str = "guest") -> tuple[str, ...]:
        return (await batch.recall(Asked(sender=sender, form=form))).others

    async def work(store: FileStore) -> None:
        async with store.batch() as batch:
            assert await others(batch, "mika@example.org") == ()
            first = await open_case(batch, address="Mika@example.org")
            assert await others(batch, "mika@example.org") == (first,), "opened by an earlier mail of the same batch"
            await open_case(batch, address="juho@example.org")
            assert await others(batch, "mika@example.org", "another") == ()
        async with store.batch() as batch:
            more = [await open_case(batch, address="mika@example.org") for _ in range(6)]
            assert await others(batch, "mika@example.org") == (first, *more[:4]), "the five oldest"
            batch.append(draft(e.Rejected(clerk="k", reason="no"), case=first))
            assert await others(batch, "mika@example.org") == tuple(more[:5])
        async with store.batch() as batch:
            assert await others(batch, "mika@example.org") == tuple(more[:5])
            assert await others(batch, "") == ()

    run(work, tmp_path)


def big(count: int) -> bytes:
    """A register of so many accounts, 200 octets each."""
    rows = (
        f'user{n},Family{n},user{n}@uni{n % 500}.example,"静岡県三島市谷田\n1111 {n}号室 {"x" * 130}"'
        for n in range(count)
    )
    return "\n".join([HEAD, *rows]).encode()


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=pytest.mark.long)])
def test_a_large_register_is_imported_and_looked_up_quickly(tmp_path: Path, count: int) -> None:
    data = big(count)
    assert len(data) < LARGEST

    async def work(store: FileStore) -> None:
        began = time.process_time()
        await import_csv(store, data)
        assert (await looked_up(store, "user7")).found
        importing = time.process_time() - began
        assert (await looked_up(store, "user8@uni8.example", "email")).found
        looking = min([await look(store) for _ in range(TURNS)])
        assert looking < importing, "a thousand rows are found faster than the file is read once"

    async def look(store: FileStore) -> float:
        keys = [Sought("accounts", "email", f"USER{n}@uni{n % 500}.example") for n in range(1_000)]
        began = time.process_time()
        rows = await store.rows(keys, REGISTERS)
        looking = time.process_time() - began
        assert all(row.found for row in rows)
        return looking

    run(work, tmp_path)
    tracemalloc.start()
    table = table_of(data)
    table.keys("email", "x")
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < len(data) + count * 500
