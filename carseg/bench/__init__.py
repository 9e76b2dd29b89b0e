"""How fast and how steady carseg is: ``speed`` times every stage, ``soak`` visits a real server,
``drill`` breaks things."""
