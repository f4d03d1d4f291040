"""The lines that simulated devices hang on: pseudo terminals, their pace and their noise."""
