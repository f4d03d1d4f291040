"""Orders at the office: published to all counters of a site, and counted for a day."""
