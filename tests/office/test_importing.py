"""An import file is taken as a whole or not at all, and all its faults are named at once."""

from __future__ import annotations

import json
from datetime import date

import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind, decode_value
from kiosk.ledger.accounts import opening, own_money
from kiosk.ledger.tables import balances, records
from kiosk.services.canteen.items import MENU
from sync.office.books.verify import verify
from sync.office.importing import FileFaulty, import_file
from sync.office.store.database import reading, snapshot, writing
from sync.office.store.tables import catalogue_items
from tests.office.books import ELDER, HERE, THERE, TODAY, YOUNG, Books, small_file


def published(books: Books, kind: str, key: str) -> tuple[str, object] | None:
    """Scope and value of an item that is not withdrawn."""
    c = catalogue_items.c
    query = sa.select(c.scope, c.value).where(c.kind == kind, c.key == key, c.value.is_not(None))
    with reading(books.office.engine) as connection:
        row = connection.execute(query).one_or_none()
    return (row.scope, decode_value(kind, row.value)) if row else None


def contents(books: Books) -> tuple[object, ...]:
    """Everything an import may touch."""
    with reading(books.office.engine) as connection:
        items = connection.execute(sa.select(catalogue_items).order_by(catalogue_items.c.revision)).all()
        written = connection.execute(sa.select(records).order_by(records.c.seq)).all()
    return items, written


def balance_fen(books: Books, account: str) -> int:
    total = sa.func.coalesce(sa.func.sum(balances.c.credits - balances.c.debits), 0)
    with reading(books.office.engine) as connection:
        return int(connection.execute(sa.select(total).where(balances.c.account == account)).scalar_one())


def import_(connection: sa.Connection, books: Books, content: bytes) -> None:
    office = books.office
    import_file(connection, office.region_id, content, office.offered.parts, today=TODAY, at_ms=0)


def faults_of(books: Books, content: object) -> list[str]:
    """Every fault of a file, as it is told; the file must have left nothing behind."""
    before = contents(books)
    with pytest.raises(FileFaulty) as refused, writing(books.office.engine) as connection:
        text = content if isinstance(content, bytes) else json.dumps(content).encode()
        import_(connection, books, text)
    assert contents(books) == before
    return [str(fault) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("part", "change", "fault"),
    [
        (
            "residents",
            {"opening_fen": 10**12 + 1},
            "residents[0].opening_fen: given 1000000000001; allowed: ",
        ),
        ("residents", {"opening_fen": 10**30}, "residents[0].opening_fen: given 1000000"),
        ("residents", {"id": 10**25}, "residents[0].id: given 10000000"),
        (
            "residents",
            {"name": "a\0b"},
            'residents[0].name: given "a\\u0000b"; allowed: a text of at most 500',
        ),
        ("residents", {"name": "\ud800"}, "residents[0].name: given "),
        ("residents", {"name": "x" * 501}, "residents[0].name: given "),
        ("residents", {"categories": ["x"] * 201}, "residents[0].categories: given "),
        ("cards", {"number": 2**63}, "cards[0].number: given 9223372036854775808; allowed: a whole number"),
        ("cards", {"generation": 2**53}, "cards[0].generation: given 9007199254740992"),
        ("tariff", {"own_fen": -(10**40)}, "tariff[0].own_fen: given -1000"),
        (
            "tariff",
            {"full_fen": 10**13},
            "tariff[0].full_fen: given 10000000000000; allowed: 0 to 1000000000000",
        ),
        ("sites", {"courtesy_pool_fen": 10**13}, "sites[0].courtesy_pool_fen: given 10000000000000"),
        ("sites", {"title": {"zh": "\ud800"}}, "sites[0].title: given "),
        ("issuer_keys", {"id": 2**64}, "issuer_keys[0].id: given 18446744073709551616"),
        ("menus", {"dishes": ["x" * 501]}, "menus[0].dishes[0]: given "),
    ],
)
def test_what_no_book_and_no_kiosk_could_hold_is_named(books, part, change, fault):
    file = small_file()
    file[part][0] |= change
    assert any(told.startswith(fault) for told in faults_of(books, file)), faults_of(books, file)


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"residents":' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"residents": [' + b"9" * 5000 + b"]}",
        b"\xff",
    ],
    ids=["lists", "objects", "deep and whole", "5,000 digits", "no UTF-8"],
)
def test_what_is_no_json_that_anybody_means_is_one_fault(books, content):
    (told,) = faults_of(books, content)
    assert told.startswith("file: given ")


def test_many_bad_rows_are_named_once_for_each_kind_and_counted(books):
    rows = [
        {"id": n, "name": "测试", "born": "x", "home_site": HERE, "opening_fen": -n} for n in range(1, 3001)
    ]
    with pytest.raises(FileFaulty) as refused, writing(books.office.engine) as connection:
        content = json.dumps({**small_file(), "residents": rows}).encode()
        import_(connection, books, content)
    faults = refused.value.faults
    assert faults.count == 2 * 3000
    lines = list(faults.lines())
    assert len(lines) == 2
    assert lines[0].startswith(
        'residents[0].born: given "x"; allowed: a day such as 2025-01-31 (and 2999 more'
    )


def test_faults_of_very_many_kinds_are_counted_too(books):
    row = {f"key{chr(97 + n // 26)}{chr(97 + n % 26)}": 1 for n in range(150)}
    with pytest.raises(FileFaulty) as refused, writing(books.office.engine) as connection:
        content = json.dumps({**small_file(), **row}).encode()
        import_(connection, books, content)
    lines = list(refused.value.faults.lines())
    assert (refused.value.faults.count, len(lines)) == (150, 101)
    assert lines[-1] == "and 50 more of other kinds"


def test_everything_is_published(on_both):
    done = on_both.import_(small_file())
    assert (done.items, done.changes, done.openings_booked, done.openings_known) == (13, 15, 2, 0)
    scope, key = published(on_both, Kind.CARD_KEY, "nfc:04000000000001")
    assert (scope, key.key.hex()) == (f"site:{HERE}", "00112233445566778899aabbccddeeff")
    _, rule = published(on_both, Kind.TARIFF, "lunch-60")
    assert (rule.own_fen, rule.shares[0].fen, rule.last_day) == (1000, 500, date.max)
    _, menu = published(on_both, MENU, f"{HERE} 2026-11-23 lunch")
    assert menu.dishes == ("红烧豆腐", "米饭")


def test_opening_balances_are_in_the_books(on_both):
    on_both.import_(small_file())
    assert balance_fen(on_both, own_money(ELDER)) == 10_000
    assert balance_fen(on_both, own_money(YOUNG)) == 5_000
    assert balance_fen(on_both, opening()) == -15_000
    with snapshot(on_both.office.engine) as connection:
        assert verify(connection, on_both.office.region_id, on_both.office.offered.derived) == []


def test_money_stays_out_of_the_catalogue(books):
    assert not hasattr(published(books, Kind.RESIDENT, str(ELDER))[1], "opening_fen")


def test_the_same_file_twice_changes_nothing(on_both):
    on_both.import_(small_file())
    before = contents(on_both)
    done = on_both.import_(small_file())
    assert (done.changes, done.openings_booked, done.openings_known) == (0, 0, 2)
    assert contents(on_both) == before


def test_a_changed_opening_balance_is_not_booked_again(books):
    changed = small_file()
    changed["residents"][0]["opening_fen"] = 99_900
    books.import_(changed)
    assert balance_fen(books, own_money(ELDER)) == 10_000


def test_a_part_may_rely_on_what_was_imported_before(books):
    menu = {"site": THERE, "day": "2026-11-24", "meal": "lunch", "dishes": ["鱼"]}
    assert books.import_({"menus": [menu]}).changes == 1


def test_a_lost_card_goes_on_the_block_list_and_stays_there(books):
    lost = small_file()
    lost["cards"][0]["status"] = "lost"
    books.import_(lost)
    assert published(books, Kind.BLOCK, "nfc:04000000000001")[1].status == "lost"
    (fault,) = faults_of(books, small_file())
    assert fault == (
        'cards[0].status: given "active"; allowed: lost, as in the catalogue, or a higher `generation`'
    )
    again = small_file()
    again["cards"][0]["generation"] = 2
    books.import_(again)
    assert published(books, Kind.BLOCK, "nfc:04000000000001") is None


def test_a_card_key_moves_with_its_owner(books):
    elder = small_file()["residents"][0] | {"home_site": THERE}
    books.import_({"residents": [elder]})
    assert published(books, Kind.CARD_KEY, "nfc:04000000000001")[0] == f"site:{THERE}"


def test_what_is_packed_by_position_may_be_a_list(books):
    rule = small_file()["tariff"][0] | {"shares": [["elders", 500]]}
    assert books.import_({"tariff": [rule]}).changes == 0


def test_every_fault_is_named_at_once(books):
    file = small_file()
    file["sites"][0]["time_zone"] = "Asia/Nanping"
    file["sites"][0]["meals"][0]["closes"] = "25:00"
    file["sites"][1]["name"] = "Fu Yuan"
    file["tariff"][0]["own_fen"] = "10.00"
    file["tariff"].append(file["tariff"][0] | {"id": "x", "own_fen": 900})
    file["residents"][0]["born"] = "1944-5-6"
    file["residents"][1] |= {"home_site": "nowhere", "opening_fen": -1, "nickname": "阿测"}
    file["cards"][0]["token"] = "nfc:04"
    file["cards"][1]["level"] = 3
    file["cards"][2]["resident_id"] = 99
    file["card_keys"][0]["key"] = "0011"
    file["menus"][0]["meal"] = "supper"
    file["vouchers"] = []
    told = {fault.partition(": given ")[0]: fault for fault in faults_of(books, file)}
    assert told.keys() == {
        "sites[0].time_zone",
        "sites[0].meals[0].closes",
        "sites[1].name",
        "tariff[0].own_fen",
        "tariff[1]",
        "residents[0].born",
        "residents[1].home_site",
        "residents[1].opening_fen",
        "residents[1].nickname",
        "cards[0].token",
        "cards[1].level",
        "cards[2].resident_id",
        "card_keys[0].key",
        "menus[0].meal",
        "vouchers",
    }
    assert (
        told["tariff[0].own_fen"]
        == 'tariff[0].own_fen: given "10.00"; allowed: a whole number up to 9007199254740991'
    )
    assert told["menus[0].meal"].endswith('given "supper"; allowed: dinner, lunch')
    assert told["cards[2].resident_id"].startswith("cards[2].resident_id: given 99; allowed: ")
    assert "阿测" not in told["residents[1].nickname"]


@pytest.mark.parametrize(
    ("part", "change", "path"),
    [
        ("sites", {"time_zone": "Asia/Nanping"}, "sites[0].time_zone"),
        ("sites", {"courtesy_pool_fen": -1}, "sites[0].courtesy_pool_fen"),
        ("sites", {"title": {}}, "sites[0].title"),
        ("sites", {"title": "食堂"}, "sites[0].title"),
        ("sites", {"meals": 3}, "sites[0].meals"),
        ("programmes", {"name": "a/b"}, "programmes[0].name"),
        ("tariff", {"own_fen": 10.0}, "tariff[0].own_fen"),
        ("tariff", {"full_fen": 1400}, "tariff[0]"),
        ("tariff", {"shares": [["town", 250], ["town", 250]]}, "tariff[0].shares[1].programme"),
        ("tariff", {"shares": [["nobody", 500]]}, "tariff[0].shares[0].programme"),
        ("tariff", {"from_age": 70, "to_age": 60}, "tariff[0].to_age"),
        ("tariff", {"last_day": "2025-12-31"}, "tariff[0].last_day"),
        ("tariff", {"site": "nowhere"}, "tariff[0].site"),
        ("tariff", {"id": ""}, "tariff[0].id"),
        ("residents", {"id": 0}, "residents[0].id"),
        ("residents", {"id": True}, "residents[0].id"),
        ("residents", {"id": YOUNG}, "residents[1].id"),
        ("residents", {"name": " "}, "residents[0].name"),
        ("residents", {"born": "2026-11-24"}, "residents[0].born"),
        ("residents", {"status": "gone"}, "residents[0].status"),
        ("residents", {"opening_fen": -1}, "residents[0].opening_fen"),
        ("cards", {"token": "nfc:08123456"}, "cards[0].token"),  # a phone
        ("cards", {"token": "nfc:012E4CD2A1B3C4D5"}, "cards[0].token"),  # FeliCa
        ("cards", {"token": "nfc:00000000000000"}, "cards[0].token"),
        ("cards", {"token": "nfc:0412345"}, "cards[0].token"),
        ("cards", {"number": 2}, "cards[1].number"),
        ("cards", {"level": 4}, "cards[0].level"),
        ("cards", {"generation": 0}, "cards[0].generation"),
        ("card_keys", {"key": "not hexadecimal"}, "card_keys[0].key"),
        ("card_keys", {"token": "qr:99"}, "card_keys[0].token"),
        ("issuer_keys", {"public_key": "00"}, "issuer_keys[0].public_key"),
        ("menus", {"dishes": []}, "menus[0].dishes"),
        ("menus", {"day": "tomorrow"}, "menus[0].day"),
    ],
)
def test_each_fault_has_its_path(books, part, change, path):
    file = small_file()
    file[part][0] |= change
    assert path in [fault.partition(": given ")[0] for fault in faults_of(books, file)]


def test_meals_that_overlap(books):
    file = small_file()
    file["sites"][0]["meals"][1]["opens"] = "12:30"
    (fault,) = faults_of(books, file)
    assert fault == (
        'sites[0].meals: given "dinner 12:30-18:30"; '
        "allowed: meals that do not overlap; lunch 10:30-13:00 does"
    )


def test_a_number_belongs_to_one_card_for_ever(books):
    card = {"token": "nfc:04000004", "number": 3, "resident_id": ELDER, "level": 1}
    (fault,) = faults_of(books, {"cards": [card]})
    assert fault == "cards[0].number: given 3; allowed: a new number; nfc:04000003 has this one"


@pytest.mark.parametrize("key", [{"key": "00ff00ff"}, {"kee": "00ff00ff"}, "00ff00ff"])
def test_secrets_are_never_shown(books, key):
    item = {"token": "nfc:04000000000001"} | key if isinstance(key, dict) else key
    assert "00ff00ff" not in "".join(faults_of(books, {"card_keys": [item]}))


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"3"])
def test_what_is_no_import_file(books, content):
    (fault,) = faults_of(books, content)
    assert fault.startswith("file: given ")


def test_the_example_in_the_documentation_is_good(on_both):
    from sync.office import importing

    example = importing.__doc__.partition("::\n\n")[2].partition("\n\n")[0]
    done = on_both.import_(json.loads(example.replace("64 hexadecimal digits", "ab" * 32)))
    assert done.openings_booked == 1
