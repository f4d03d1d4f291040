"""The office's books, read by people: a resident's whole account, and what the books come to."""
