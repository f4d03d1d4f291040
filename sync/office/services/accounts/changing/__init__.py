"""Refunds and corrections of a resident's own money: by two people, never by one."""
