"""The library at the office: a page and a report of who has which book."""
