"""A service that exists for the tests: an hour given to neighbours is a credit of minutes to spend."""
