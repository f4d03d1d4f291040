"""What joins a kiosk to the office. Delete this package and lunch is still served."""
