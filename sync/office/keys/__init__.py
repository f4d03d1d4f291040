"""Who is who: kiosks by their keys, the office by its own, cards by the issuer's."""
