"""The first sheet: what to do, in a planner's words."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from optimizer.export.scenario_book.looks import ASSUMED, COLOURS, NEEDED, Looks, height
from optimizer.export.workbook.sheet import printed

WIDTHS = (32, 100)
_STEPS = (
    "Go through the sheets from left to right. Every row is an example: write your own over it, add rows below, and "
    "delete the examples that are left, above all the creators.",
    "What a column means stands in the note on its heading. Where the spreadsheet offers a list, choose from it.",
    "Save the file and have it checked; what is wrong comes with sheet, row and column:  "
    "groundswell validate campaign.xlsx",
    "Make the plan:  groundswell solve campaign.xlsx -o plan.json",
    "Hand it on as a workbook, orders, briefs, a calendar or a report:  "
    "groundswell export campaign.xlsx plan.json --to xlsx",
)
_SHEETS = (
    ("Campaign", "Name, currency, planning period, goal, budget and rest days; below, what a single month may cost."),
    ("Products", "What is sent, what one costs you, and when how many arrive. A row per product."),
    (
        "Communities",
        "Whom you want to reach (blue) and what each activation asks (green): posts, days, certainty. A row "
        "per activation; a community with several has further rows that repeat its name alone.",
    ),
    ("Shipping", "When parcels leave and arrive, and the services: cost, and chance of each number of delivery days."),
    ("Creators", "Who may be gifted or paid. A row per person; without a fee nobody is paid."),
    (
        "Posting",
        "How often and how soon gifted creators post. These are assumptions until you put your own figures in.",
    ),
    ("Locks", "Decisions already taken: this creator in this activation is gifted, paid or left out (skip)."),
)
_CELLS = (
    ("Several in a cell", "ferns; sourdough  (semicolons)"),
    ("Days", "as your spreadsheet writes them, or 2027-04-13; spans: 2027-04-01..2027-04-12"),
    ("Shares and chances", "31%, or 0.31"),
    ("Money", "the amount alone, or with the sign of the campaign's currency"),
    ("A community without activation", "- under Activation"),
    ("Your own columns", "a heading that begins with Label: is kept and comes back in every export; one that begins "
     "with # is yours alone"),
    ("Texts taken exactly", 'in double quotes: " 007"'),
)  # fmt: skip


def write_instructions(sheet: Worksheet, looks: Looks) -> None:
    """Write the sheet of instructions."""
    for position, size in enumerate(WIDTHS):
        sheet.set_column(position, position, size)
    plain, bold = looks.made(text_wrap=True, valign="top"), looks.made(text_wrap=True, valign="top", bold=True)
    title = looks.made(bold=True, font_size=16)
    heading = looks.made(bold=True, bottom=1, bg_color=COLOURS[0])
    sheet.write_string(0, 0, "A campaign to plan", title)
    row = 2
    steps = tuple((f"Step {number}", text) for number, text in enumerate(_STEPS, start=1))
    for name, lines in (("What to do", steps), ("The sheets", _SHEETS), ("How cells are written", _CELLS)):
        sheet.write_string(row, 0, name, heading)
        sheet.write_blank(row, 1, None, heading)
        for number, (first, text) in enumerate(lines, start=row + 1):
            sheet.write_string(number, 0, first, bold)
            sheet.write_string(number, 1, text, plain)
            sheet.set_row(number, height([first, text], WIDTHS))
        row += len(lines) + 2
    sheet.write_string(row, 0, "Colours", heading)
    sheet.write_blank(row, 1, None, heading)
    sheet.write_string(row + 1, 0, "assumption", looks.made(valign="top", **ASSUMED))
    text = (
        "A default of groundswell. Write your own figure over it; in a list of settings also choose given under "
        "Source, if the figure happens to be the same."
    )
    sheet.write_string(row + 1, 1, text, plain)
    sheet.set_row(row + 1, height(["", text], WIDTHS))
    sheet.write_string(row + 2, 0, "Needed", looks.made(bold=True, **NEEDED))
    sheet.write_string(row + 2, 1, "Headings in this colour: the column must be filled in.", plain)
    sheet.hide_gridlines(2)
    printed(sheet)
    sheet.set_portrait()
