"""The coffee machine at the office: a page and a report of cups by site."""
