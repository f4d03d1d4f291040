"""Lists of residents as offices keep them, Excel sheets of any order and CSV: taken whole, or not at all."""
