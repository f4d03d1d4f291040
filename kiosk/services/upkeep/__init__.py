"""What the office tells one kiosk to do with itself: start anew, send its log."""
