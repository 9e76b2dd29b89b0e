"""All pictures by name, in the order in which they are rendered."""

from functools import partial

from shot import Shot

from scenes import country, interiors, studio, town, views

CARVANA = (1918, 1280)


def _street(stem: str, *rest, **more) -> Shot:
    return Shot("street", stem, *rest, **more)


def _background(stem: str, *rest, **more) -> Shot:
    return Shot("backgrounds", stem, *rest, size=(1600, 1067), samples=16, **more)


def _turntable(angle: int) -> Shot:
    """The same car at each of Carvana's angles."""
    build = partial(studio.sedan, angle)
    return Shot("studio", f"sedan_{angle:02d}", build, 0.4, CARVANA, samples=12)


SCENES: dict[str, Shot] = {
    "street-sunny": _street("sedan-sunny", town.sunny, -1.15, (1200, 800)),
    "street-lot": _street("suv-overcast", town.lot, 1.0, (900, 1200), samples=28),
    "street-snow": _street("hatchback-snow", country.snow, 0.1, (1000, 1333), samples=18),
    "street-desert": _street("suv-desert", country.desert, -1.35, samples=16),
    "street-dusk": _street("hatchback-dusk", town.dusk, 1.95, (1280, 853)),
    "street-wet": _street("van-wet", town.wet, 1.55, samples=18),
    "street-garage": _street("sedan-garage", town.garage, 2.15),
    "street-forest": _street("van-forest", country.forest, -0.45, samples=18),
    "background-studio": _background("studio-gradient", interiors.paper, 0.4, stand=(5.0, 8.5)),
    "background-showroom": _background("showroom", interiors.showroom, 0.6, stand=(5.0, 8.5)),
    "background-road": _background("road", views.road, -1.15, stand=(4.5, 11.0)),
    "background-coast": _background("coast", views.coast, -0.1, stand=(4.8, 9.5)),
    "background-mountains": _background("mountains", views.mountains, -1.1, stand=(4.8, 13.0)),
    "background-night": _background("city-night", interiors.city_night, 1.4, stand=(4.8, 11.0)),
    "studio-suv": Shot("studio", "suv-01", studio.suv, 0.4, (1200, 800), samples=24),
    **{f"studio-sedan-{n:02d}": _turntable(n) for n in range(1, studio.ANGLES + 1)},
}
