"""`numina-lean serve`: what it refuses before anything listens."""

import os
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from numina_lean.cli import app
from numina_lean.cli import serve as command
from numina_lean.errors import InputError
from numina_lean.serve.settings import KEY_VARIABLE, Key, is_loopback, listen, read_key, url


def refused(*arguments: str) -> str:
    """The line that the command ends with, with exit code 2."""
    result = CliRunner().invoke(app, ["serve", *arguments])
    assert result.exit_code == 2
    return result.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
def test_without_a_key_nothing_beyond_this_machine_is_served(host: str) -> None:
    line = refused("--host", host)
    assert line.startswith(f"error: --host {host}: others could reach it")
    assert KEY_VARIABLE in line
    assert "--unsafe-no-key" in line


def test_a_missing_extra_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_EXTRA", ("fastapi", "no_such_module"))
    line = refused()
    assert line == "error: the server needs no_such_module: pip install 'numina-lean[serve]'\n"


def test_a_port_in_use_is_said_in_a_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--port {port}: .*in use"):
            listen("127.0.0.1", port)


def test_a_host_that_is_none_is_said_in_a_line() -> None:
    assert refused("--host", "no such host").startswith("error: --host no such host: ")


class TestKey:
    def test_it_is_taken_out_of_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(KEY_VARIABLE, "secret")
        key = read_key(None)
        assert key is not None
        assert key.opens(b"secret")
        assert KEY_VARIABLE not in os.environ

    def test_a_file_goes_before_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(KEY_VARIABLE, "secret")
        file = tmp_path / "key"
        file.write_text("other\n")
        key = read_key(file)
        assert key is not None
        assert key.opens(b"other")
        assert not key.opens(b"secret")

    @pytest.mark.parametrize("text", ["", "\n", "two words", "schlüssel", "a\tb"])
    def test_what_no_header_can_say_is_refused(self, tmp_path: Path, text: str) -> None:
        file = tmp_path / "key"
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="one word"):
            read_key(file)

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="No such file"):
            read_key(tmp_path / "key")

    def test_no_key_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv(KEY_VARIABLE, raising=False)
        assert read_key(None) is None

    def test_only_the_whole_key_opens(self) -> None:
        key = Key("secret")
        assert key.opens(b"secret")
        assert not any(map(key.opens, [b"", b"secre", b"secrets", b"Secret", b"\xff"]))


def test_loopback_is_told_by_address() -> None:
    assert is_loopback("127.0.0.1")
    assert is_loopback("127.8.8.8")
    assert is_loopback("localhost")
    assert not is_loopback("0.0.0.0")
    assert not is_loopback("192.0.2.7")


def test_the_address_of_the_sixth_version_stands_in_brackets() -> None:
    try:
        door = listen("::1", 0)
    except InputError:
        pytest.skip("this machine has no IPv6")
    with door:
        assert url(door) == f"http://[::1]:{door.getsockname()[1]}"
