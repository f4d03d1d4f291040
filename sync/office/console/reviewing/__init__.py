"""The one queue of what a rule or the judge objected to: listed, decided by people, and taken back."""
