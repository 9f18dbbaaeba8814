"""Hostile files, for a short while: none breaks the limits of memory and time.

``make fuzz SECONDS=3600`` goes on for longer, led by coverage where atheris is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SECONDS = os.environ.get("TREECOMPILE_FUZZ_SECONDS", "12")


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
def test_hostile_files_for_a_while() -> None:
    done = subprocess.run(
        [sys.executable, str(HERE / "fuzz_hostile.py"), "--seconds", SECONDS],
        capture_output=True,
        text=True,
        cwd=HERE.parent,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.strip().endswith("each ended in time")


def test_a_magic_number_imports_nothing_from_the_working_folder(tmp_path: Path) -> None:
    (tmp_path / "lz4").mkdir()
    for name in ("lz4/__init__.py", "lz4/frame.py", "lz4.py"):
        (tmp_path / name).write_text("open('ran', 'w').close()\n")
    (tmp_path / "m.pkl").write_bytes(b"\x04\x22\x4d\x18" + b"\0" * 100)
    done = subprocess.run(
        [sys.executable, "-m", "treecompile", "inspect", "m.pkl"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "ran").exists()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
@pytest.mark.parametrize(
    "command",
    [
        ("build", "/dev/zero"),
        ("inspect", "/dev/zero"),
        ("schema", "/dev/zero"),
        ("verify", "/dev/zero", __file__),
    ],
)
def test_devices_are_refused(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "treecompile", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (2 if command[0] == "verify" else 1)
    assert "this is a device" in done.stderr and "Traceback" not in done.stderr
