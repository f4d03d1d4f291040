"""The canteen's records, as far as tables follow from them."""

from __future__ import annotations

from kiosk.common.books import Kinds
from kiosk.ledger.posting import all_of
from kiosk.services.canteen import tables
from kiosk.services.canteen.beside import away_table
from kiosk.services.canteen.judging import JUDGES
from kiosk.services.canteen.records import SALE

KINDS = Kinds(
    projections=all_of(tables.PROJECTIONS, away_table.PROJECTIONS),
    tables=(tables.servings, away_table.away_portions),
    judges=JUDGES,
    takes_cash=(SALE,),
)
