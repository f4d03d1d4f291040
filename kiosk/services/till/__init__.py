"""The till: money into an account in cash, and money given back."""
