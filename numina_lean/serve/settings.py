"""What a service may be asked for, where it listens, and who may ask."""

import hashlib
import hmac
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from numina_lean.errors import InputError

KEY_VARIABLE = "NUMINA_LEAN_API_KEY"
"""Environment variable with the key that requests must bring."""

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may be, and how much may wait.

    `body` in bytes, `bodies` those of all that arrive at once; `source` in characters; `timeout`
    the most seconds that an item may ask for; `body_seconds` how long a body may take to arrive;
    `answer` in bytes, beyond which results come without what Lean said. `waiting` and
    `waiting_characters` are over all requests. One that would go beyond what is counted over all
    is told to come again.
    """

    body: int = 16 * MEBIBYTE
    bodies: int = 256 * MEBIBYTE
    items: int = 4096
    source: int = MEBIBYTE // 4
    timeout: float = 3600.0
    body_seconds: float = 60.0
    answer: int = 64 * MEBIBYTE
    waiting: int = 16384
    waiting_characters: int = 256 * MEBIBYTE


class Key:
    """A secret that is compared in constant time and not kept in the clear."""

    def __init__(self, secret: str) -> None:
        self._salt = os.urandom(32)
        self._digest = self._hash(secret.encode())

    def opens(self, offered: bytes) -> bool:
        return hmac.compare_digest(self._hash(offered), self._digest)

    def _hash(self, secret: bytes) -> bytes:
        return hashlib.blake2b(secret, key=self._salt).digest()


def read_key(file: Path | None) -> Key | None:
    """The key in `file`, or else in the environment, from which it is taken away; None: neither.

    Processes that are started later do not inherit it. Raises `InputError`.
    """
    secret = os.environ.pop(KEY_VARIABLE, None)
    place = KEY_VARIABLE
    if file is not None:
        place = f"--key-file {file}"
        try:
            secret = file.read_text(encoding="utf-8")
        except OSError as error:
            raise InputError(f"{place}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{place}: not UTF-8") from error
    if secret is None:
        return None
    secret = secret.strip()
    if not secret or not secret.isascii() or not secret.isprintable() or " " in secret:
        raise InputError(f"{place}: the key must be one word of printable ASCII characters")
    return Key(secret)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a socket bound to `host`. Raises `InputError`."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise InputError(f"--host {host}: {error.strerror}") from error
    return all(ipaddress.ip_address(each[4][0]).is_loopback for each in found)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, for the server to accept from. Raises `InputError`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        place = f"--host {host} --port {port}"
        raise InputError(f"{place}: {error.strerror or error}") from error


def url(door: socket.socket) -> str:
    """Where the socket is reached."""
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
