"""The office as a running process: the web server, its worker, and what it does from time to time."""
