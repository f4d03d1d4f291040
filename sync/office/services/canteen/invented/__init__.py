"""What is made up of the canteen: for the demo, and for the dictionary that sales are sent with."""
