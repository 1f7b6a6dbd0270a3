"""Reading of files of doses: lines, headers, dates, numbers and words. Writes nothing."""
