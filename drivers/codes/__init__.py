"""Code scanners on a serial line.

===========================  ============================================================================
scanner                      remarks
===========================  ============================================================================
GM65, GM805, GM812           9600 8N1; any mode; in command mode it is triggered by `CodeScanner.trigger`
any that types on a serial   ends a code with CR, LF, CRLF, a tab, ETX or nothing; set it to UTF-8
USB in keyboard mode         comes by the browser, see `kiosk.plain.wedge`
===========================  ============================================================================

How they should be set stands in docs/scanners.md, and what is made good if they are not in `cleaning`.
"""
