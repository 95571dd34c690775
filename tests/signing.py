"""Keys for signing mail."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def a_key(file: Path, bits: int = 2048) -> Path:
    """A new key, as `openssl genrsa` writes it."""
    pem, bare = serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, pem, bare))
    return file
