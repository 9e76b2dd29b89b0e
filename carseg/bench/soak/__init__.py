"""``carseg soak``: many visitors at once on a real server. Does anything fail, or grow?"""
