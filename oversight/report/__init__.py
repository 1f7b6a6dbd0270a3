"""The report in words, links, charts and tables: what pages, files and messages print of it."""
