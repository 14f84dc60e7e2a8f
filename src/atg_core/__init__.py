"""The rules of ATG: standard library only, no I/O, no framework, no SQL."""
