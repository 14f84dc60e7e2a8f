"""The catalogue of words: PO files by language and context, read with Babel."""
