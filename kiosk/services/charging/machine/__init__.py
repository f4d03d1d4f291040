"""What a charging session is and how it moves on: pure, on a clock that is given."""
