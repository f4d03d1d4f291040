"""Spending rights: what each kiosk holds of what is residents' own."""
