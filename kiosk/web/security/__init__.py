"""The kiosk stands in public: what may be asked, and by which browser."""
