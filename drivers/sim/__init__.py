"""Devices that are not there, and speak their wires all the same.

A simulator stands at the far end of a pseudo terminal or a socket, so that nfcpy, pyserial and our drivers
run as they do on the counter. None of them knows of this package.

======================================  ==========================================  ========================
simulator                               its wire                                    reached as
======================================  ==========================================  ========================
`readers.pn532.Pn532Simulator`          PN532 high speed UART frames                `tty:LINK:pn532`
`udp_field.UdpField`                    nfcpy's contactless link over UDP           `udp:127.0.0.1:PORT`
`readers.vpcd.VpcdSimulator`            vpcd's, behind a real PC/SC service         `pcsc:NAME`
`scanner.ScannerSimulator`              text on a serial line                       `port = LINK`
`printing.printer.PrinterSimulator`     ESC/POS on a serial line                    `port = LINK`
`outlets.dianchuan.DianchuanSimulator`  a charging board's frames on a serial line  `port = LINK`
`outlets.dny_dialling.DnySimulator`     DNY frames, over TCP to the kiosk           `port = tcp://HOST:PORT`
======================================  ==========================================  ========================

They also run as a process of their own, `python -m drivers.sim --help`, and are told what to do over a Unix
socket (`drivers.sim.remote`) or typed at.
"""
