"""A service that exists for the tests: a machine that is paid when the cup is out."""
