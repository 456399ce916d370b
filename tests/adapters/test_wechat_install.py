"""What the configuration may say, and what happens where the extra packages are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import gateway
import pytest

from adapters.contract import AdapterError
from adapters.wechat import INSTALL, Options, make
from bot.accounts import PLATFORMS

GOOD = {"endpoint": "127.0.0.1:8788", "token": "insecure_1234"}


def python(code: str) -> str:
    """Run code in a process of its own and return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_the_packages_the_command_that_installs_them_is_named() -> None:
    for missing in ("wechaty_grpc", "grpclib", "betterproto"):
        said = python(
            f"import sys; sys.modules[{missing!r}] = None\n"
            "from adapters.contract import AdapterError\n"
            "from adapters.wechat import make\n"
            f"try:\n    make({GOOD!r}, 'wx')\n"
            "except AdapterError as error:\n    print(error.what, error.hint)"
        )
        assert said == f"the WeChat packages are not installed. {INSTALL}"
    assert INSTALL == 'pip install "chendian[wechat]"'


def test_nothing_of_the_packages_is_loaded_before_an_account_is_made() -> None:
    loaded = (
        "import sys, adapters.wechat\n"
        "print([m for m in ('grpclib', 'betterproto', 'wechaty_grpc') if m in sys.modules])"
    )
    assert python(loaded) == "[]"


def test_the_wechaty_packages_that_cannot_be_imported_are_not_needed() -> None:
    said = python(
        f"import sys; from adapters.wechat import make; make({GOOD!r}, 'wx')\n"
        "print([m for m in ('wechaty', 'wechaty_puppet', 'pyee', 'quart') if m in sys.modules])"
    )
    assert said == "[]"


def test_an_account_is_made_of_endpoint_and_token() -> None:
    assert Options.__struct_fields__ == ("endpoint", "token")
    assert make(GOOD, "wx").platform == "wechat"
    assert make({**GOOD, "endpoint": "[::1]:8788"}, "wx").platform == "wechat"
    assert PLATFORMS["wechat"] == "adapters.wechat"


@pytest.mark.parametrize("wrong", [
    {"endpoint": "127.0.0.1"}, {"endpoint": "127.0.0.1:0"}, {"endpoint": "127.0.0.1:99999"},
    {"endpoint": "http://127.0.0.1:8788"}, {"endpoint": ""}, {"endpoint": "a b:1"},
    {"token": ""}, {"token": "两个"}, {"token": "a b"}, {"token": "x" * 300},
    {"endpoint": 8788}, {"token": None}, {"unknown": "x"},
])  # fmt: skip
def test_a_wrong_option_is_named_and_the_token_is_not_said(wrong: dict[str, Any]) -> None:
    with pytest.raises(AdapterError) as error:
        make({**GOOD, "token": "a-secret-token", **wrong}, "wx")
    (option,) = wrong
    assert option in error.value.what
    assert "a-secret-token" not in str(error.value)
    assert error.value.hint


def test_options_do_not_show_the_token() -> None:
    assert "insecure_1234" not in repr(Options(**GOOD))


def test_without_node_the_gateway_tests_are_skipped_and_with_ci_they_fail(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gateway, "FOLDER", tmp_path)
    why = gateway.available()
    assert why is not None and (gateway.INSTALL in why or "Node" in why)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert gateway.available() == "the Wechaty gateway needs Node 18 or newer"
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception):
        gateway.needed()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception):
        gateway.needed()


def test_the_lock_file_of_the_gateway_names_no_registry() -> None:
    lock = (gateway.FOLDER / "package-lock.json").read_text("utf-8")
    assert '"integrity"' in lock and '"resolved"' not in lock and "registry." not in lock
