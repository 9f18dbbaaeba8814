"""How long does a fresh process take until the handler has answered?

    python cold_start.py [FOLDER]       a folder with lambda_handler.py and scorer.py

Bare Python with what a handler imports anyway, and the handler with a .pyc of the scorer
and without: the processor time of each, the least of 20 processes, in milliseconds.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROUNDS = 20
HERE = os.path.dirname(os.path.abspath(__file__))
ANSWER = """
import sys
sys.path.insert(0, sys.argv[1])
from lambda_handler import handler
from scorer import EXAMPLE
import json
assert handler({"body": json.dumps(EXAMPLE)})["statusCode"] == 200
"""


def least(*arguments):
    """The least time of some fresh processes."""
    times = []
    for _ in range(ROUNDS):
        process = subprocess.Popen([sys.executable, "-I", "-S", *arguments])
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status  # it has been waited for
        assert status == 0
        times.append(used.ru_utime + used.ru_stime)
    return 1e3 * min(times)


def main():
    given = sys.argv[1:] or [os.path.join(HERE, "..", "mushroom"), HERE]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("scorer.py", "lambda_handler.py"):
            found = [os.path.join(place, name) for place in given]
            shutil.copy(next(filter(os.path.exists, found)), folder)
        bare = least("-c", "import base64, json, logging")
        without = least("-B", "-c", ANSWER, folder)
        compileall.compile_dir(folder, quiet=1)
        compiled = least("-c", ANSWER, folder)
    found = {"bare": bare, "without a .pyc": without, "with a .pyc": compiled}
    print(json.dumps({name: round(took, 1) for name, took in found.items()}))


if __name__ == "__main__":
    main()
