"""Money and other units: amounts, balanced postings, and the hash-chained journal they are written to."""
