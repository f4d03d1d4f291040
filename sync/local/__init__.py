"""What the sync process keeps at the kiosk, and how it reads the journal there."""
