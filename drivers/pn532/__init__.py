"""The PN532 on a serial line: nfcpy's driver, with an ear for damaged frames and fewer commands."""
