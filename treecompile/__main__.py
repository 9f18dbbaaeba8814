"""``python -m treecompile``: the same as the ``treecompile`` command.

Python puts the working folder first where it looks for modules. Nothing is taken from
there: it is where model files lie, and what came with them.
"""

import os
import sys

if __name__ == "__main__":
    here = os.path.realpath(os.getcwd())
    # Under -P it is not there (safe_path, since 3.11).
    if not getattr(sys.flags, "safe_path", False) and sys.path:
        if os.path.realpath(sys.path[0]) == here:
            del sys.path[0]

    from treecompile.cli import main

    main(prog_name="treecompile")
