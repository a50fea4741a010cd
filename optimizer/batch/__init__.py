"""Many scenarios × settings, on any executor, resumable.

From the bottom up::

    choices, jobs         values to try; a scenario with one choice of them, and the key that names it
    manifest, sources     what is to be solved, from a CSV, a folder or a file
    folder, record        the folder of results: locked, every file written whole; the record of a solve
    run                   hands open jobs to an executor, records results in the folder
    summary               one row per job, as CSV and Parquet
"""
