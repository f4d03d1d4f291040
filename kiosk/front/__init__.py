"""The counter at work: taps answered, staff on duty, what goes on paper, how it all stands."""
