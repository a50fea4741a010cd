"""Creators from any list: a platform's export or a planner's spreadsheet → creators of a scenario.

`headers` knows what columns are called, `columns` decides what each is read as, `rows` reads their cells, `people`
finds out whom a row speaks of, `merging` brings them into a scenario, and `importing` does it all.
"""
