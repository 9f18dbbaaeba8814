"""printing: terms, conditions and trees -> the text of a language."""
