"""What travels between kiosk and office: messages, their packing, signatures and transport."""
