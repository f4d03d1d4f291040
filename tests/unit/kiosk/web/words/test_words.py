"""Each service says what it says from its own folder, and no two claim the same code."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import pytest

import kiosk.services
from kiosk.common.said_once import SaidTwice
from kiosk.plain.refusals import Refusal
from kiosk.web.words import Words, together
from kiosk.web.words.sentence import Sentence
from tests.factories import WORDS


def refusals() -> Iterator[type[Refusal]]:
    """Of every service."""
    for found in pkgutil.walk_packages(kiosk.services.__path__, "kiosk.services."):
        if found.name.endswith(".errors"):
            for _, each in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
                if issubclass(each, Refusal) and each.__module__ == found.name and "code" in vars(each):
                    yield each


@pytest.mark.parametrize("refusal", list(refusals()), ids=lambda each: each.code)
def test_what_a_service_refuses_is_said_by_no_other(refusal: type[Refusal]) -> None:
    package = refusal.__module__.rpartition(".")[0]
    own = importlib.import_module(f"{package}.words").WORDS.sentences
    assert (refusal.code in own) == (refusal.code in WORDS.sentences)


def test_two_services_cannot_claim_one_code() -> None:
    lending, buying = (Words(sentences={"handed_over": Sentence(each, "", "")}) for each in "ab")
    with pytest.raises(SaidTwice, match="sentences: two services claim handed_over"):
        together([lending, buying])
    with pytest.raises(SaidTwice, match="clips: two services claim thanks"):
        together([Words(clips={"thanks": "谢谢"}), Words(clips={"thanks": "谢谢您"})])


def test_every_variant_and_every_act_is_one_that_is_said() -> None:
    for table in (WORDS.variants, WORDS.acts, WORDS.receipts, WORDS.aloud):
        assert table.keys() <= WORDS.sentences.keys()


def test_a_sentence_has_a_variant_only_where_something_chooses_it() -> None:
    varied = {key.partition(".")[0] for key in WORDS.sentences if "." in key}
    assert varied == WORDS.variants.keys()
