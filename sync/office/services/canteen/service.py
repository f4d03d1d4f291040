"""The canteen, as the office is told of it."""

from __future__ import annotations

from kiosk.ledger.posting import all_of
from kiosk.services.canteen.kinds import KINDS
from kiosk.services.canteen.records import MEAL_SERVED, SALE, decode_meal, decode_sold
from sync.office.intake.batch import only_of
from sync.office.services.canteen import (
    commands,
    exports,
    extra_sales,
    had,
    importing,
    pages,
    tables,
)
from sync.office.services.canteen.checks import card_counters, clock_checks, duplicates, vouched
from sync.office.services.canteen.invented import village
from sync.office.services.canteen.patterns import habits
from sync.office.services.canteen.prices.changes import PRICES
from sync.office.services.canteen.prices.products import PRODUCTS
from sync.office.services.canteen.prices.programmes import PROGRAMMES
from sync.office.services.canteen.settlement import commands as claims
from sync.office.services.canteen.settlement import exports as claim_files
from sync.office.services.canteen.settlement.filing import FILE_CLAIM
from sync.office.services.contract import OfficeService

CANTEEN = OfficeService(
    name="canteen",
    kinds=KINDS,
    projections=all_of(vouched.PROJECTIONS, extra_sales.PROJECTIONS),
    first_hand=card_counters.COUNTERS,
    tables=(tables.card_counters, tables.extra_sales),
    watches=(had.SubsidisedOnce,),
    checks=(clock_checks.check,),
    checks_alone=(
        only_of(KINDS.projections, duplicates.check),
        only_of(card_counters.COUNTERS, card_counters.check),
    ),
    elsewhere=(had.elsewhere,),
    habits=(habits.MEALS,),
    seen={
        MEAL_SERVED: lambda body: decode_meal(body).resident_id,
        SALE: lambda body: decode_sold(body).resident_id,
    },
    reports=(commands.meals, commands.province, claims.claim_report, claims.check_claims),
    parts=importing.PARTS,
    shown=pages.SHOWN,
    prices=(PRODUCTS, PROGRAMMES),
    proposals=(PRICES, FILE_CLAIM),
    downloads=(*exports.DOWNLOADS, *claim_files.DOWNLOADS),
    demo=village.invented,
)
