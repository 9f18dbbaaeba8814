"""A scorer that is a file, and is exchanged while the service runs.

    from swap import Scorers

    scorers = Scorers("/models/scorer.py")

    def answer(record):
        scorer = scorers.current()      # one for the whole request
        return scorer.MODEL["digest"], scorer.predict(record)

Put a new file in the place of the old one by a rename (``mv new.py scorer.py`` in the
same folder, as ``treecompile build -o`` does). Whoever can write that file runs code here.
"""

import logging
import os
import threading
import time
import types

log = logging.getLogger("scores")


class Scorers:
    """The scorer in a file, read again when the file is another."""

    def __init__(self, path, every=1.0):
        self.path, self.every = path, every
        self._lock = threading.Lock()
        self._seen = self._next = None
        self._scorer = None
        self._look()  # a service without a scorer does not start

    def current(self):
        """The scorer of the newest file that can be read; never a half of two."""
        if time.monotonic() >= self._next and self._lock.acquire(blocking=False):
            try:
                self._look()
            except Exception:  # the one that works goes on
                log.exception("%s cannot be read; the last scorer goes on", self.path)
            finally:
                self._lock.release()
        return self._scorer

    def _look(self):
        self._next = time.monotonic() + self.every
        status = os.stat(self.path)
        seen = status.st_mtime_ns, status.st_size, status.st_ino
        if seen == self._seen:
            return
        self._seen = seen  # one that cannot be read is tried once
        with open(self.path, encoding="utf-8") as stream:
            source = stream.read()
        scorer = types.ModuleType("scorer")
        exec(compile(source, self.path, "exec"), scorer.__dict__)
        scorer.predict(scorer.EXAMPLE)  # it answers before it is put to use
        self._scorer = scorer
        log.info("model %s from %s", scorer.MODEL["digest"][:12], self.path)
