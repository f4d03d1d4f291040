"""The time purse at the office: a page and a report of whose minutes there are."""
