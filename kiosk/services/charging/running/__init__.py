"""What runs at the sockets: sessions carried out, kept across power cuts, and settled; alarms."""
