"""What the volunteer and the cook hold in their hands."""

from __future__ import annotations

from drivers.slip import Code, Line, Pair, Rule
from kiosk.services.orders.items import Dining
from kiosk.services.orders.rules import Portion
from kiosk.services.orders.slips import delivery_label, kitchen_sheet
from tests.factories import resident

CHEN = resident(1001, name="陈桂英", building="2 号楼", diet=("low_salt", "soft_rice"))
PORTIONS = [
    Portion(CHEN, Dining.DELIVERY),
    Portion(resident(1002, name="林阿水", diet=("low_salt",)), Dining.EAT_IN),
]


def words(word: str) -> str:
    return {"low_salt": "少盐", "soft_rice": "软饭", "delivery": "送餐"}.get(word, word)


def test_a_label_names_the_person_the_house_and_what_to_mind() -> None:
    slip = delivery_label(PORTIONS[0], "11月24日 午餐", "ND1:TEXT", lambda text: text, words)
    large = [part.text for part in slip if isinstance(part, Line) and part.large]
    assert large == ["陈桂英 奶奶", "2 号楼", "※ 少盐", "※ 软饭"]
    assert Code("ND1:TEXT") in slip
    assert any(isinstance(part, Line) and part.text == "11月24日 午餐" for part in slip)


def test_the_kitchens_sheet_has_all_figures_and_the_round() -> None:
    slip = kitchen_sheet(PORTIONS, "11月24日 午餐", lambda text: text, words)
    pairs = {part.left: part.right for part in slip if isinstance(part, Pair)}
    assert pairs["Portions"] == "2"
    assert (pairs["送餐"], pairs["eat_in"], pairs["take_away"]) == ("1", "1", "0")
    assert (pairs["少盐"], pairs["软饭"]) == ("2", "1")
    assert pairs["2 号楼 陈桂英"] == "少盐 软饭"
    assert "2 号楼 林阿水" not in pairs, "who eats here is not on the round"
    assert Rule() in slip
