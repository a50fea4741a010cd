"""The steps by which the tables came to be what they are; run by `api.store.migrate`, never by hand."""
