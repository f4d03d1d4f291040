"""Which column is what: the words that offices write at the head of one, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from kiosk.plain.refusals import Refusal

ROWS_OF_TITLES = 20  # the head lies within the first of them
C = TypeVar("C", bound=StrEnum)


class Vocabulary(Generic[C]):
    """The words for each column of one sort of sheet; a row that lacks one of `must` is no head."""

    def __init__(self, words: Mapping[C, str], must: Iterable[C]) -> None:
        self._by_word = {word: column for column, each in words.items() for word in each.split()}
        self.must = frozenset(must)

    def column(self, said: str) -> C | None:
        return self._by_word.get(_NOISE.sub("", said).lower())


class RegisterColumn(StrEnum):
    """What a sheet may say of a resident."""

    NUMBER = "number"
    NAME = "name"
    ID_NUMBER = "id_number"
    BORN = "born"
    PHONE = "phone"
    HOME_SITE = "home_site"
    BUILDING = "building"
    HOUSEHOLD = "household"
    GRID_WORKER = "grid_worker"
    CATEGORIES = "categories"
    DIET = "diet"
    HONORIFIC = "honorific"
    CONTACT = "contact"
    CONTACT_PHONE = "contact_phone"


_NOISE = re.compile(r"[\s\u3000*＊:：()（）\[\]【】]|必填|选填")
_WORDS: Mapping[RegisterColumn, str] = {
    RegisterColumn.NUMBER: "居民编号 编号 系统编号 resident number",
    RegisterColumn.NAME: "姓名 名字 老人姓名 居民姓名 长者姓名 name",
    RegisterColumn.ID_NUMBER: "身份证号 身份证 身份证号码 公民身份号码 证件号码 证件号 idnumber",
    RegisterColumn.BORN: "出生日期 出生年月 出生年月日 生日 出生 出生时间 birthday born dateofbirth",
    RegisterColumn.PHONE: "电话 联系电话 手机 手机号 手机号码 电话号码 联系方式 telephone phone mobile",
    RegisterColumn.HOME_SITE: "站点 所属站点 常去站点 食堂 助餐点 就餐点 所属食堂 homesite site",
    RegisterColumn.BUILDING: "楼栋 楼号 住址 地址 家庭住址 现住址 门牌 门牌号 楼栋门牌 building address",
    RegisterColumn.HOUSEHOLD: "户号 家庭户 家庭编号 household",
    RegisterColumn.GRID_WORKER: "网格员 网格员姓名 责任网格员 gridworker",
    RegisterColumn.CATEGORIES: "类别 人员类别 老人类别 对象类别 类型 人员类型 特殊情况 categories category",
    RegisterColumn.DIET: "饮食 饮食注意 饮食禁忌 忌口 饮食要求 diet",
    RegisterColumn.HONORIFIC: "称呼 尊称 honorific",
    RegisterColumn.CONTACT: "联系人 紧急联系人 家属 家属姓名 监护人 contact",
    RegisterColumn.CONTACT_PHONE: "联系人电话 紧急联系人电话 家属电话 紧急联系电话 监护人电话 contactphone",
}
OF_REGISTER = Vocabulary(_WORDS, must=[RegisterColumn.NAME])


class NoHead(Refusal):
    """No row names the columns that have to be there."""

    code = "no_head"


class ColumnTwice(Refusal):
    """Two columns are the same."""

    code = "column_twice"
    one: str
    other: str
    row: int


@dataclass(frozen=True, slots=True)
class HeadRow(Generic[C]):
    """`row`: counted from 1, as Excel shows it. `left_out`: columns that nothing is known of."""

    row: int
    places: Mapping[C, int]
    left_out: tuple[str, ...]


def head_of(rows: Iterable[Sequence[str]], known: Vocabulary[C]) -> HeadRow[C]:
    """Of the first rows the one that names most. Raises `NoHead` or `ColumnTwice`."""
    best: tuple[int, int, Sequence[str]] = (0, 0, ())
    for number, row in enumerate(rows, start=1):
        named = [column for each in row if (column := known.column(each))]
        if known.must.issubset(named) and len(named) > best[0]:
            best = len(named), number, row
    if not best[0]:
        raise NoHead
    places: dict[C, int] = {}
    for place, said in enumerate(best[2]):
        column = known.column(said)
        if column is None:
            continue
        if column in places:
            raise ColumnTwice(one=letter(places[column]), other=letter(place), row=best[1])
        places[column] = place
    left_out = tuple(said for said in best[2] if said and known.column(said) is None)
    return HeadRow(best[1], places, left_out)


def letter(place: int) -> str:
    """A column's name in Excel, from its place counted from 0."""
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
