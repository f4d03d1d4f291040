"""The pages themselves: two screens, what they may ask for, and what a request is about."""
