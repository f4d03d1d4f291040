"""Cash at the office: what counters took in and counted."""
