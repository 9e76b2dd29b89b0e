"""How fast and how steady carseg is: ``soak`` visits a real server, ``drill`` breaks things."""
