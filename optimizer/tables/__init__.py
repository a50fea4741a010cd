"""Tables that people keep in spreadsheets: from a file of any kind to rows, and from cells to values.

`files` reads a file into sheets, `layout` finds the table on a sheet, and `numbers`, `days` and `words` read cells.
What could mean two things is never guessed: a cell is refused with what to write instead, or an option decides.
"""
