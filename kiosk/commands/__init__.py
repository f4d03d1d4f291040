"""What the `kiosk` command does that is more than one line: running a kiosk, and the doctor."""
