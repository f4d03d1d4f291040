"""Menus by the week in the browser: written, copied from last week, published, taken back."""
