"""Everything behind `./run` and `./test`: set up, start, supervise, stop, check."""
