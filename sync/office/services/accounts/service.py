"""The books, as people read them. No kiosk writes anything for it."""

from __future__ import annotations

from kiosk.common.books import Kinds
from sync.office.services.accounts import commands, pages
from sync.office.services.accounts.bank_file.booking import BOOK_BANK_FILE, UNDO_BANK_FILE
from sync.office.services.accounts.changing.change import CHANGE_BALANCE
from sync.office.services.accounts.leaving import leaving
from sync.office.services.accounts.ledger import trial
from sync.office.services.accounts.resident import files
from sync.office.services.contract import OfficeService

ACCOUNTS = OfficeService(
    name="accounts",
    kinds=Kinds(projections={}),
    reports=(commands.trial_balance, commands.beancount),
    shown=pages.SHOWN,
    checks_alone=(leaving.check,),
    proposals=(CHANGE_BALANCE, leaving.END_ACCOUNT, BOOK_BANK_FILE, UNDO_BANK_FILE),
    downloads=(*files.DOWNLOADS, *trial.DOWNLOADS),
)
