"""Cards on a contactless reader, through nfcpy.

==========================  ===========================  =========================================
card                        what is read                 how it can prove itself
==========================  ===========================  =========================================
NTAG 424 DNA                UID, proved                  EV2First with its own AES key
NTAG 210-216                UID, issuer's NDEF record    not at all; the record is signed, copyable
Ultralight, MIFARE Classic  UID                          not at all
other type 4 cards          UID                          not at all
FeliCa                      IDm                          not at all
phones                      a UID made up for each tap   not at all
ISO 14443 B (identity       that it is there             not at all; told as `Trouble.FOREIGN`
cards and some bank cards)
==========================  ===========================  =========================================

==========================  ======================================================================
reader                      remarks
==========================  ======================================================================
PN532 on UART               the one to buy; 106A and 212F; slows after hours, so it is reopened daily
PC/SC (ACR1252U and most)   see `drivers.cards.pcsc`; tried over vpcd, not with a device
other nfcpy readers         usb: paths; untested here. ACR122U is not recommended with nfcpy
nfcpy's UDP link            development only; an empty field takes it a second per technology
==========================  ======================================================================
"""
