"""The office's catalogue as a kiosk has it: people, cards, prices, rights, menus.

`catalogue.db` is written by the sync process alone and only read here. Losing it costs one download.
"""
