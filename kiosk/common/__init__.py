"""What counter, services and screens share: the time, outcomes, the board, whose a tap is, what is lent."""
