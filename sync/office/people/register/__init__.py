"""The register of residents: what kiosks are told of them, and what only the office knows."""
