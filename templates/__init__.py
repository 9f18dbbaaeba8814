"""The templates of every target; a package, so that they travel in the wheel."""
