"""The office, measured: kiosks that push, a thousand of them at once, a region that moves."""
