"""The counter's file: whose it is, how it is opened and proved, and what comes after one that is lost."""
