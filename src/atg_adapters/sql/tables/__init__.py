"""The tables, a module for each context. `every` imports them all."""
