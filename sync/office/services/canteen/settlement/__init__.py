"""What programmes are asked to pay: claimed by period, filed once, and made again from the journals."""
