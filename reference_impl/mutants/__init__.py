"""Mutants: implementations with one deliberate mistake each.

Each module is one implementation, found as `mutant:NAME`. It offers `make`, as the
reference does, says in `CLAUSE` which clause it must fail, and in its docstring why. `ALSO`
names further clauses that the same mistake breaks, `PROFILE` by what it is judged, if not by
the page, and `MACHINE` who finds it, if no fixed scenario has to; `STORY` is the length of
the shortest scenario that shows it.
"""
