"""What the register has wrong about somebody, asked of the office by the counter."""
