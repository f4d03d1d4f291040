"""Receipt printers: what is to be printed as values, and the driver that prints it."""
