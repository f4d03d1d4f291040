"""Code scanners on a serial line.

===========================  ============================================================================
scanner                      remarks
===========================  ============================================================================
GM65, GM805, GM812           9600 8N1; any mode; in command mode it is triggered by `CodeScanner.trigger`
any that types on a serial   ends a code with CR, LF, CRLF or nothing; set it to UTF-8
USB in keyboard mode         not supported: set it to USB serial (CDC)
===========================  ============================================================================
"""
