"""Everything behind `./run` and `./test`: set up, start, watch over, stop, check."""
