"""DL/T 645-2007: the meters that are sold in China, on a line of their own (2400 baud, even parity)."""
