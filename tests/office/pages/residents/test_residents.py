"""A clerk adds and corrects residents in a browser, and takes back what was a slip."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
import pytest
import sqlalchemy as sa

from kiosk.catalogue.items import Kind
from kiosk.people.residents import Resident
from sync.office.console import formats
from sync.office.keys.identities import FILE, Unreadable
from sync.office.people.access import audit
from sync.office.people.access.areas import Division, Level, hang, keep
from sync.office.people.access.permissions import Role
from sync.office.people.access.posts import Post
from sync.office.people.forgetting import forget
from sync.office.people.register import keeping
from sync.office.people.register.dossiers import CategoryHeld, Dossier, Person, people
from sync.office.people.register.keeping import By, ChangedSince, IdNumberTaken, InUse
from sync.office.store.database import reading, writing
from sync.office.store.tables import catalogue_items, dossiers, resident_changes
from tests.office.books import ELDER, HERE, THERE, YOUNG, Books, Browser, small_file
from tests.office.pages.residents.form import add, entries, id_number, typed, wrong

TODAY = date(2026, 11, 28)


def known(books: Books, number: int) -> Person:
    with reading(books.office.engine) as connection:
        return people(connection, books.office.region_id, [number], formats.today())[number]


def last_deed(books: Books) -> audit.Deed:
    with reading(books.office.engine) as connection:
        return list(audit.kept(connection, books.office.region_id))[-1].deed


def test_somebody_new_is_published_to_the_home_site_and_gets_the_next_number(
    books: Books, clerk: Browser
) -> None:
    answer = add(clerk, phone="139 0000 1234", diet="少盐、软饭", household="2-301", **{"category-0": "独居"})
    assert answer.location == "/residents/3"
    entry = entries(books, 3)[f"site:{HERE}"]
    assert entry == Resident(
        id=3,
        name="赵新来",
        born=date(1950, 2, 3),
        categories=("living_alone",),
        home_site=HERE,
        diet=("low_salt", "soft_rice"),
        initials="zxl",
        phone_tail="1234",
    )
    assert known(books, 3).dossier.phone == "13900001234"
    deed = last_deed(books)
    assert (deed.what, deed.residents) == ("add_resident", (3,))
    assert deed.before == {}
    assert deed.after["name"] == "赵新来"
    assert deed.after["phone"] == "…1234"
    page = clerk.get("/residents/3").get_data(as_text=True)
    assert "独居" in page
    assert "13900001234" in page


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_kept(books: Books, clerk: Browser) -> None:
    said = wrong(
        add(
            clerk,
            name=" ",
            born="1956年3月",
            home_site="",
            phone="?",
            id_number="110105194912310029",
            **{"category-0-from": "2026-02-30", "category-1": "独居", "category-1-from": "2026-02-01"},
            **{"category-1-until": "2026-01-01", "contact-0-phone": "13900000000"},
        )
    )
    assert said == {
        "name": "请填写这一项。",
        "born": "缺少“日”：1956年3月几日？",
        "home_site": "请填写这一项。",
        "phone": "这不是电话号码：应为 7 到 15 位数字。",
        "id_number": "有一位写错了：按其他各位，最后一位应是 X。",
        "category-0-from": "这不是日期。请写成 1956-03-05 或 1956年3月5日。",
        "category-1-until": "结束日期早于开始日期。",
        "contact-0-name": "请填写这一项。",
    }
    assert entries(books, 3) == {}
    assert "110105194912310029" not in repr(last_deed(books))


def test_a_correction_says_before_and_after_and_the_last_one_is_taken_back(
    books: Books, clerk: Browser
) -> None:
    before = entries(books, ELDER)
    form = typed(clerk, f"/residents/{ELDER}/change", name="陈改名", home_site=THERE)
    assert clerk.post(f"/residents/{ELDER}/change", form).location == f"/residents/{ELDER}"
    (scope,) = entries(books, ELDER)
    assert scope == f"site:{THERE}"
    assert entries(books, ELDER)[scope].initials == "cgm"
    c = catalogue_items.c
    with reading(books.office.engine) as connection:
        key = sa.select(c.scope).where(c.kind == Kind.CARD_KEY, c.value.is_not(None))
        assert connection.execute(key).scalar() == f"site:{THERE}", "the card's key goes along"
    deed = last_deed(books)
    assert deed.before == {"name": "陈测试", "home_site": HERE, "initials": "ccs"}
    assert deed.after == {"name": "陈改名", "home_site": THERE, "initials": "cgm"}

    page = clerk.get(f"/residents/{ELDER}").get_data(as_text=True)
    seq = re.search(r'name="seq" value="(\d+)"', page)
    assert seq is not None
    again = {"csrf_token": form["csrf_token"], "seq": seq[1]}
    assert clerk.post(f"/residents/{ELDER}/take-back", again).status_code == 302
    assert entries(books, ELDER) == before
    assert clerk.post(f"/residents/{ELDER}/take-back", again).status_code == 409, "it is gone by now"


def test_nobody_overwrites_what_they_have_not_seen(books: Books, clerk: Browser) -> None:
    path = f"/residents/{ELDER}/change"
    one, other = typed(clerk, path, building="1 号楼"), typed(clerk, path, building="2 号楼")
    assert clerk.post(path, one).status_code == 302
    answer = clerk.post(path, other)
    assert answer.status_code == 400
    assert "刚被别人改过" in answer.get_data(as_text=True)
    assert entries(books, ELDER)[f"site:{HERE}"].building == "1 号楼"


def test_an_identity_number_is_masked_encrypted_found_and_its_reader_named(
    books: Books, clerk: Browser
) -> None:
    number = id_number()
    assert add(clerk, born="", id_number=number).location == "/residents/3"
    assert entries(books, 3)[f"site:{HERE}"].born == date(1950, 2, 3), "as the number says"
    page = clerk.get("/residents/3").get_data(as_text=True)
    assert number not in page
    assert f"320*************{number[-2:]}" in page
    form = {"csrf_token": typed(clerk, "/residents/3/change")["csrf_token"]}
    assert number in clerk.post("/residents/3/id-number", form).get_data(as_text=True)
    assert (last_deed(books).what, last_deed(books).residents) == ("reveal_id_number", (3,))

    assert wrong(add(clerk, born="", id_number=number)) == {
        "id_number": "编号 3 的居民已经用了这个身份证号。"
    }
    assert wrong(add(clerk, born="1950-02-04", id_number=number)) == {
        "born": "身份证号上的出生日期是 1950-02-03。"
    }
    with books.office.engine.connect() as connection:
        dump = "\n".join(
            repr(tuple(row))
            for table in sa.inspect(connection).get_table_names()
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        )
    assert number not in dump
    assert number[:17] not in dump
    for file in books.office.settings.data.iterdir():
        assert number.encode() not in file.read_bytes(), file
    assert (books.office.settings.data / FILE).stat().st_mode & 0o077 == 0


def test_a_sealed_number_opens_for_its_owner_alone(books: Books) -> None:
    identities = books.office.identities
    sealed = identities.seal(id_number(), ELDER)
    assert identities.open(sealed, ELDER) == id_number()
    assert sealed != identities.seal(id_number(), ELDER), "the same number looks different each time"
    for other in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:5], b""):
        with pytest.raises(Unreadable):
            identities.open(other, ELDER)
    with pytest.raises(Unreadable):
        identities.open(sealed, YOUNG)


def test_no_kiosk_is_told_what_only_the_office_knows(books: Books, clerk: Browser) -> None:
    number = id_number()
    secret = {"household": "户甲乙", "grid_worker": "网格张", "phone": "13911112222"}
    contact = {"contact-0-name": "女儿小赵", "contact-0-phone": "13933334444"}
    add(
        clerk,
        id_number=number,
        **secret,
        **contact,
        **{"category-0": "独居", "category-0-evidence": "户口本"},
    )
    with reading(books.office.engine) as connection:
        published = b"".join(
            bytes(row.value or b"") + row.label.encode()
            for row in connection.execute(catalogue_items.select())
        )
    assert "赵新来".encode() in published
    for said in (number, number[-6:], *secret.values(), *contact.values(), "户口本"):
        assert said.encode() not in published, said


def test_categories_begin_and_end_by_themselves(on_both: Books) -> None:
    on_both.import_(small_file())
    office, region_id = on_both.office, on_both.office.region_id
    elder = Resident(id=9, name="钱测试", born=date(1940, 1, 1), home_site=HERE)
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    dossier = Dossier(categories=(CategoryHeld("living_alone", first, last, "社区证明"),))
    by = By(who="wang", at_ms=1, today=TODAY)
    with writing(office.engine) as connection:
        keeping.keep(connection, region_id, [Person(elder, dossier)], by)
    for days, held in ((0, ()), (1, ()), (2, ("living_alone",)), (4, ("living_alone",)), (5, ())):
        with writing(office.engine) as connection:
            keeping.turn(connection, region_id, TODAY + timedelta(days=days))
        assert entries(on_both, 9)[f"site:{HERE}"].categories == held, days
    with writing(office.engine) as connection:
        assert keeping.turn(connection, region_id, TODAY + timedelta(days=6)) == 0, "nobody is left to turn"


def test_what_an_import_file_says_of_categories_goes_before_what_was_dated(
    books: Books, clerk: Browser
) -> None:
    form = typed(clerk, f"/residents/{ELDER}/change", **{"category-0": "独居"})
    assert clerk.post(f"/residents/{ELDER}/change", form).status_code == 302
    file = small_file()
    file["residents"][0]["categories"] = ["disabled"]
    books.import_(file)
    held = known(books, ELDER).dossier.categories
    assert [each.category for each in held] == ["disabled"]


def test_somebody_new_is_taken_out_again_unless_there_is_a_card_or_money(on_both: Books) -> None:
    on_both.import_(small_file())
    office, region_id = on_both.office, on_both.office.region_id
    by = By(who="wang", at_ms=1, today=TODAY)
    new = Resident(id=9, name="钱测试", born=date(1940, 1, 1), home_site=HERE)
    with writing(office.engine) as connection:
        (made,) = keeping.keep(connection, region_id, [Person(new)], by)
        assert keeping.keep(connection, region_id, [Person(new)], by) == [], "the same again changes nothing"
        keeping.take_back(connection, region_id, 9, made.seq, TODAY)
    assert entries(on_both, 9) == {}
    for more in ({"cards": [{"token": "qr:9", "number": 9, "resident_id": 9, "level": 2}]}, {}):
        with writing(office.engine) as connection:
            (made,) = keeping.keep(connection, region_id, [Person(new)], by)
        if more:
            on_both.import_(more)
        else:
            on_both.sell(9, elders=500)
        with pytest.raises(InUse), writing(office.engine) as connection:
            keeping.take_back(connection, region_id, 9, made.seq, TODAY)
        assert entries(on_both, 9) != {}
        with writing(office.engine) as connection:
            connection.execute(catalogue_items.delete().where(catalogue_items.c.key.in_(("9", "qr:9"))))
            connection.execute(resident_changes.delete())
            connection.execute(dossiers.delete())


def test_a_change_that_something_came_after_stays(books: Books) -> None:
    office, region_id = books.office, books.office.region_id
    by = By(who="wang", at_ms=1, today=TODAY)
    elder = known(books, ELDER)
    moved = msgspec.structs.replace(elder, resident=msgspec.structs.replace(elder.resident, building="9"))
    with writing(office.engine) as connection:
        (made,) = keeping.keep(connection, region_id, [moved], by)
    books.import_(small_file())
    with pytest.raises(ChangedSince), writing(office.engine) as connection:
        keeping.take_back(connection, region_id, ELDER, made.seq, TODAY)


def test_two_people_never_have_one_identity_number(on_both: Books) -> None:
    on_both.import_(small_file())
    office, region_id = on_both.office, on_both.office.region_id
    by, mark = By(who="wang", at_ms=1, today=TODAY), bytes(32)
    with reading(office.engine) as connection:
        both = people(connection, region_id, [ELDER, YOUNG], TODAY)
    one, other = (msgspec.structs.replace(both[n], sealed=b"x", mark=mark) for n in (ELDER, YOUNG))
    with writing(office.engine) as connection:
        keeping.keep(connection, region_id, [one], by)
    with pytest.raises(IdNumberTaken) as refused, writing(office.engine) as connection:
        keeping.keep(connection, region_id, [other], by)
    assert (refused.value.resident_id, refused.value.other_id) == (YOUNG, ELDER)


def test_who_is_forgotten_leaves_nothing_and_nobody_gets_the_number(books: Books, clerk: Browser) -> None:
    add(clerk, phone="13900001234")
    office, region_id = books.office, books.office.region_id
    with writing(office.engine) as connection:
        forget(connection, region_id, 3, office.offered.about)
        connection.execute(catalogue_items.delete().where(catalogue_items.c.key == "3"))
        for table in (dossiers, resident_changes):
            assert connection.execute(sa.select(table).where(table.c.resident_id == 3)).all() == []
    assert add(clerk).location == "/residents/4"


def test_a_clerk_of_one_site_adds_nobody_to_another(books: Books) -> None:
    with writing(books.office.engine) as connection:
        keep(connection, books.office.region_id, Division("north", Level.COMMUNITY, "北区"))
        hang(connection, books.office.region_id, HERE, "north")
    books.hire("li", "four meals a day", [Post(Role.CLERK, "north")])
    browser = books.browser()
    browser.log_in("li")
    assert "home_site" in wrong(add(browser, home_site=THERE))
    assert browser.get(f"/residents/{YOUNG}/change").status_code == 404
    assert add(browser).location == "/residents/3"
