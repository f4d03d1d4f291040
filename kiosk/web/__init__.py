"""The kiosk's two screens, its voice and its health page. The only part of the kiosk that speaks HTTP."""

from kiosk.web.application import create_web

__all__ = ["create_web"]
