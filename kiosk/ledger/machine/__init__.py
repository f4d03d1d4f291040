"""What a kiosk writes of itself: that it was started, and how its clock stands."""
