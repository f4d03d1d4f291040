"""One resident's account: every movement, as a page, a file and a statement on paper."""
