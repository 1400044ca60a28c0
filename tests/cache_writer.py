"""A process that writes to a store of verdicts until it is told to end, or killed.

    python cache_writer.py FILE NAME COUNT THREADS

Each record is a function of its address. Prints an address once its record is written.
"""

import sys
import threading
from hashlib import sha256
from pathlib import Path

from numina_lean.check.cache.store import Store

SIZE = 2**30


def address_of(name: str, number: int) -> bytes:
    return sha256(f"{name} {number}".encode()).digest()


def record_of(address: bytes) -> tuple[bytes, bytes]:
    return address * 20, address * (1 + address[0])


def main() -> None:
    file, name, count, threads = sys.argv[1:]
    store = Store(Path(file), SIZE)
    saying = threading.Lock()

    def write(thread: int) -> None:
        for number in range(int(count)):
            address = address_of(f"{name} {thread}", number)
            outcome, item = record_of(address)
            store.put(address, "proved", outcome, item)
            with saying:
                sys.stdout.write(f"{address.hex()}\n")
                sys.stdout.flush()

    writers = [threading.Thread(target=write, args=(thread,)) for thread in range(int(threads))]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    store.close()


if __name__ == "__main__":
    main()
