"""The screens in a real browser, served by the real web application."""
