"""Who may do what: every route with every kind of caller, declared in one place and walked (Z1, Z3, Z4).

`callers` says who calls, and names the answers that many routes share; `rows_of_…` are the table, a line for each route
and object; `world` is what there is to ask for; `walk` and `forging` ask.
"""
