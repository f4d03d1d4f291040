"""A printed code can be read by a scanner, and speaks for its card at the counter."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Page

from kiosk.catalogue.items import Kind
from kiosk.people import codes
from kiosk.people.cards import Card, CardLevel, CardStatus, IssuerKey, qr_token
from kiosk.people.identify import Identifier
from kiosk.plain.qr import code_svg
from kiosk.services.charging.items import ChargingSite, SocketPlace
from kiosk.services.charging.saying.labels import NoPage, sheets, socket_url
from sync.office.catalogue.publishing import publish
from sync.office.office import Office
from sync.office.services.cards.issuing import printed_codes
from sync.office.services.contract import offered
from sync.office.services.listed import SERVICES
from sync.office.settings import OfficeSettings
from sync.office.store.database import writing
from tests.factories import SITE, World, resident

LABELS_JS = """() => [...document.querySelectorAll("text")].map((text) => {
  const label = text.parentElement.querySelector("rect").getBoundingClientRect();
  const { left, right, top, bottom } = text.getBoundingClientRect();
  return { over: left < label.left || right > label.right || top < label.top || bottom > label.bottom };
})"""


def scanned(page: Page, svg: str) -> str:
    """What a camera sees of the picture, a little askew."""
    turned = '<div style="transform: rotate(4deg); padding: 60px; background: white; width: 400px">'
    page.set_content(f"<body>{turned}{svg}</div>")
    picture = Image.open(io.BytesIO(page.screenshot()))
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text)


def test_a_printed_code_is_scanned_and_speaks_for_its_card(page: Page, world: World, tmp_path: Path) -> None:
    office = Office(OfficeSettings(data=tmp_path / "office"), offered(SERVICES))
    paper = Card(token=qr_token(77), number=77, resident_id=1001, level=CardLevel.SIGNED)
    lost = Card(
        token=qr_token(78), number=78, resident_id=1001, level=CardLevel.SIGNED, status=CardStatus.LOST
    )
    with writing(office.engine) as connection:
        for card in (paper, lost):
            publish(connection, office.region_id, Kind.CARD, card.token, card)
        ((drawn, text),) = printed_codes(connection, office)
    office.close()
    assert drawn == paper
    assert scanned(page, code_svg(text)) == text

    certificate, _ = codes.read(codes.from_qr_text(text) or b"")
    seed = (tmp_path / "office" / "issuer.key").read_bytes()
    issuer = codes.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    world.publish(
        Kind.ISSUER_KEY, {str(certificate.key_id): IssuerKey(id=certificate.key_id, public_key=issuer)}
    )
    world.add(resident(), paper)
    counter = world.open()
    who = Identifier(counter.catalogue).code(text, date(2026, 11, 23), 0)
    assert (who.resident.id, who.level, who.resident.home_site) == (1001, CardLevel.SIGNED, SITE)
    counter.close()


def test_a_code_is_drawn_small_enough_for_a_card(page: Page) -> None:
    issuer = codes.Ed25519PrivateKey.generate()
    text = codes.qr_text(codes.sign(codes.Certificate(2**32 - 1, 9_999_999, 9, b""), issuer))
    assert scanned(page, code_svg(text)) == text
    assert 'viewBox="0 0 49 49"' in code_svg(text) or 'viewBox="0 0 45 45"' in code_svg(text)


def test_each_label_of_a_sheet_is_scanned_and_leads_to_its_own_socket(page: Page) -> None:
    """Ten sockets are two sheets; the label that is read is the one it stands beside."""
    places = [
        SocketPlace(box="shed", number=n + 1, label=f"A{n + 1}", column=n % 5, row=n // 5) for n in range(10)
    ]
    site = ChargingSite(site="minggui", sockets=tuple(places), page="https://card.example.org/charge")
    page.set_viewport_size({"width": 840, "height": 1188})
    seen = []
    for sheet in sheets(site, "茗桂首府 <北> 车棚"):
        page.set_content(f"<style>body {{ margin: 0 }} svg {{ width: 840px; height: 1188px }}</style>{sheet}")
        boxes = page.evaluate(LABELS_JS)
        assert not [each for each in boxes if each["over"]], "words run over the edge of their label"
        seen += zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
    assert sorted(found.text for found in seen) == sorted(socket_url(site, place.label) for place in places)


def test_a_site_without_a_page_has_nothing_to_scan() -> None:
    site = ChargingSite(site="minggui", sockets=(SocketPlace(box="shed", number=1, label="A1"),))
    with pytest.raises(NoPage, match="site minggui: `page` is empty"):
        list(sheets(site, "茗桂首府"))
