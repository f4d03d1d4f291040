"""Spending rights as arithmetic: home, visitors, the pool between them, and courtesy."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync.office.rights.holdings import AccountView, Holding, Pool

HOME, VISITOR, OTHER = b"h" * 16, b"v" * 16, b"o" * 16
ALL = {HOME, VISITOR, OTHER}
POOL = Pool(home_first_fen=10_000, pool_fen=4_500)
OFFICE = b"\0" * 16


def _with(balance_fen: int) -> AccountView:
    view = AccountView({OFFICE: Holding(credits=balance_fen)})
    view.settle(HOME, ALL, POOL)
    return view


def test_a_small_balance_lies_wholly_at_home() -> None:
    view = _with(8_000)
    assert (view.at(HOME).outstanding, view.left_by(ALL)) == (8_000, 0)


def test_of_a_large_balance_some_is_kept_for_visits() -> None:
    assert (_with(12_000).at(HOME).outstanding, _with(12_000).at(HOME).kept) == (10_000, 2_000)
    assert (_with(50_000).at(HOME).outstanding, _with(50_000).at(HOME).kept) == (45_500, 4_500)


def test_a_visitor_gets_what_was_kept() -> None:
    view = _with(12_000)
    view.want(VISITOR, 1_500)
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(HOME).outstanding) == (1_500, 10_000)
    assert not view.at(VISITOR).home


def test_what_a_visitor_waits_for_is_asked_back_and_not_granted_home_again() -> None:
    view = _with(8_000)
    view.want(VISITOR, 1_000)
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(HOME).recalled) == (0, 1_000)
    view.at(HOME).returned += 1_000
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(HOME).outstanding) == (1_000, 7_000)
    view.at(VISITOR).returned += 1_000
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(HOME).outstanding) == (0, 8_000)


def test_cash_that_nobody_has_seen_is_not_asked_back_for_a_visitor_who_could_not_have_it() -> None:
    """It was asked for, given back, of no use, granted home again, and asked for once more, for ever."""
    view = AccountView(
        {
            OFFICE: Holding(credits=5_000),
            OTHER: Holding(granted=5_000),
            HOME: Holding(credits=8_000, waiting=8_000),
        }
    )
    view.want(VISITOR, 1_000)
    view.settle(HOME, ALL, POOL)
    assert (view.at(HOME).recalled, view.at(OTHER).recalled) == (0, 1_000)
    view.at(OTHER).returned += 1_000
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(OTHER).outstanding, view.at(HOME).outstanding) == (
        1_000,
        4_000,
        8_000,
    )


def test_what_is_granted_home_again_is_not_asked_back_any_more() -> None:
    view = _with(1_000)
    view.want(VISITOR, 900)
    view.settle(HOME, ALL, POOL)
    assert view.at(HOME).recalled == 900
    view.at(HOME).debits += 800  # spent before it hears that
    view.at(HOME).returned += 200
    view.at(OFFICE).credits += 2_000
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).outstanding, view.at(HOME).outstanding) == (900, 1_300)
    assert view.at(HOME).recalled == view.at(HOME).returned


def test_a_request_that_is_repeated_is_granted_once() -> None:
    view = _with(20_000)
    for _ in range(3):
        view.want(VISITOR, 1_500)
        view.settle(HOME, ALL, POOL)
    assert view.at(VISITOR).granted == 1_500


def test_nobody_is_asked_for_more_than_the_account_holds() -> None:
    view = _with(800)
    view.want(VISITOR, 5_000)
    view.settle(HOME, ALL, POOL)
    assert (view.at(VISITOR).wanted, view.at(HOME).recalled) == (800, 800)


def test_a_courtesy_made_elsewhere_is_collected_at_home_once() -> None:
    view = _with(0)
    view.at(VISITOR).lent = 700
    for _ in range(2):
        view.settle(HOME, ALL, POOL)
    assert (view.at(HOME).to_collect, view.at(VISITOR).to_collect) == (700, 0)
    view.at(HOME).collected = 700
    view.settle(HOME, ALL, POOL)
    assert (view.at(HOME).to_collect, view.courtesy, view.at(VISITOR).repaid) == (0, 0, 700)


def test_a_visitor_that_becomes_the_home_collects_no_courtesy_twice() -> None:
    view = _with(0)
    view.at(VISITOR).lent = 700
    view.settle(HOME, ALL, POOL)
    view.settle(VISITOR, ALL, POOL)
    assert (view.at(HOME).to_collect, view.at(VISITOR).to_collect) == (700, 0)
    view.at(VISITOR).lent += 300  # given before it heard that it is the home now
    view.settle(VISITOR, ALL, POOL)
    assert (view.at(HOME).to_collect, view.at(VISITOR).to_collect) == (700, 300)


def test_courtesy_of_a_sealed_journal_pass_to_its_successor() -> None:
    view = _with(0)
    view.at(HOME).home = True
    view.at(HOME).lent = 400
    view.settle(OTHER, {OTHER, VISITOR}, POOL)
    assert view.at(OTHER).to_collect == 400


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["office", "top up", "spend", "want", "return", "lend", "collect", "home", "recall"]),
        st.sampled_from([HOME, VISITOR, OTHER]),
        st.integers(0, 6_000),
    ),
    max_size=40,
)


@given(ACTS)
def test_no_order_of_events_lends_more_than_there_is(acts: list[tuple[str, bytes, int]]) -> None:
    view, home = AccountView({OFFICE: Holding()}), HOME
    for act, journal_id, fen in acts:
        at = view.at(journal_id)
        before = {each: (h.granted, h.recalled, h.repaid) for each, h in view.holdings.items()}
        match act:
            case "office":
                view.at(OFFICE).credits += fen
            case "top up":
                at.credits += fen
            case "spend":
                at.debits += min(fen, at.outstanding)
            case "want":
                view.want(journal_id, at.granted + fen)
            case "return":
                at.returned += min(fen, at.outstanding)
            case "lend":
                at.lent += fen
            case "collect":
                at.collected += min(fen, max(0, at.to_collect))
            case "home":
                home = journal_id
            case _:
                at.returned += max(0, min(at.outstanding, at.recalled - at.returned))
        view.settle(home, ALL, POOL)
        assert view.left_by(ALL) >= 0 <= view.balance
        assert all(each.outstanding >= 0 for each in view.holdings.values() if each is not view.at(OFFICE))
        collectable = sum(max(0, view.at(each).to_collect) for each in ALL)
        assert collectable == view.courtesy >= 0
        after = view.holdings
        assert all(
            (after[each].granted, after[each].recalled, after[each].repaid) >= then
            for each, then in before.items()
        )
        assert sum(h.repaid for h in after.values()) == sum(h.collected for h in after.values())
