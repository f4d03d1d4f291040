"""A service that exists for the tests: a shelf of books to borrow. No money moves."""
