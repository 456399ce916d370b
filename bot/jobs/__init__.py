"""Jobs: what is done by the clock, once for each period, whatever happens in between."""
