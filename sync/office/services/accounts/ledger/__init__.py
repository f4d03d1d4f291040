"""The books as a whole: the trial balance of a day, and the text that Beancount checks."""
