"""HTTP for other programs, over ``carseg.service`` only."""
