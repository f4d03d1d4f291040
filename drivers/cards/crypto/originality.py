"""NXP's signature over a UID: proof that the chip left NXP's factory with that number.

It says nothing of who issued the card, and a copier can replay it. AN12196 section 8.2. Only the NTAG 424 DNA
curve is here: NTAG21x signs on secp128r1, which `cryptography` leaves out.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA224

_HALF = 28
_NTAG424_PUBLIC_KEY = ec.EllipticCurvePublicKey.from_encoded_point(
    ec.SECP224R1(),
    bytes.fromhex(
        "048a9b380af2ee1b98dc417fecc263f8449c7625cece82d9b916c992da209d68"
        "422b81ec20b65a66b5102a61596af3379200599316a00a1410"
    ),
)


def is_genuine_ntag424(uid: bytes, signature: bytes) -> bool:
    """Tell whether NXP signed `uid`. The UID itself stands where a digest usually would."""
    if len(signature) != 2 * _HALF:
        return False
    r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        _NTAG424_PUBLIC_KEY.verify(
            encode_dss_signature(r, s), uid.rjust(_HALF, b"\x00"), ec.ECDSA(Prehashed(SHA224()))
        )
    except InvalidSignature:
        return False
    return True
