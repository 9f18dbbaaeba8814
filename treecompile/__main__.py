"""``python -m treecompile``: the same as the ``treecompile`` command."""

from .cli import main

if __name__ == "__main__":
    main(prog_name="treecompile")
