"""Which pictures show one car, on names that people and cameras give."""

from itertools import groupby

import pytest

from carseg.data.car_names import CarView, Named, angle_of, by_car, car_views


def grouped(*paths: str, rule: str = "auto") -> dict[str, list[str]]:
    """The angles of each car that several pictures show, by its name."""
    named = []
    for path in paths:
        folder, _, stem = path.rpartition("/")
        named.append(Named(stem, folder, folder.rpartition("/")[2] or "given"))
    views = car_views(named, rule)
    ordered = sorted(views, key=lambda view: view.together)
    sets = [list(group) for _, group in groupby(ordered, key=lambda view: view.together)]
    return {views[0].car: [view.angle for view in views] for views in sets if len(views) > 1}


@pytest.mark.parametrize(
    ("stem", "car", "angle"),
    [
        ("00087a6bd4dc_01", "00087a6bd4dc", "01"),
        ("car1-front", "car1", "front"),
        ("golf_Front-Left", "golf", "Front-Left"),
        ("golf rear_right", "golf", "rear_right"),
        ("golf (3)", "golf", "3"),
        ("golf_090deg", "golf", "090"),
        ("golf-front-3-4", "golf", "front-3-4"),
        ("front", "", "front"),
        ("12", "", "12"),
        ("IMG_4711", "IMG_4711", ""),
        ("golf", "golf", ""),
        ("forefront", "forefront", ""),
        ("golf_2024", "golf_2024", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_a_car_and_an_angle(stem: str, car: str, angle: str):
    assert angle_of(stem) == (car, angle)


def test_a_turntable_is_known_by_its_name():
    paths = [f"{car}_{n:02}" for car in ("0cdf5b5d0ce1", "482913") for n in (1, 2, 10)]
    angles = ["01", "02", "10"]
    assert grouped(*paths, "van", "bus_1") == {"0cdf5b5d0ce1": angles, "482913": angles}
    assert grouped("car1-front", "car1-rear", "car2-front") == {"car1": ["front", "rear"]}


def test_a_stock_numbers_folder_is_a_car_if_its_names_say_none():
    assert grouped("s12/IMG_4711", "s12/IMG_4712", "b/s13/front", "b/s13/rear", "b/s13/5") == {
        "s12": ["01", "02"],
        "s13": ["front", "rear", "5"],
    }
    assert grouped("s12/20261128_101500", "s12/20261128_101502") == {"s12": ["01", "02"]}
    assert grouped("s12/4711", "s12/4712") == {"s12": ["01", "02"]}


@pytest.mark.parametrize(
    "paths",
    [
        ("IMG_4711", "IMG_4712"),
        ("IMG_1", "IMG_2"),
        ("photo-1", "photo-2"),
        ("car_01", "car_02"),
        ("20261128_101", "20261128_102"),
        ("audi-a4", "audi-a6"),
        ("s12/audi", "s12/van"),
        ("a/golf_1", "b/golf_2"),
    ],
)
def test_names_that_say_no_car_make_no_set(paths: tuple[str, ...]):
    assert grouped(*paths) == {}


def test_what_is_one_car_can_be_said():
    paths = ("a/golf_1", "a/van", "b/golf_2", "b/golf_3")
    assert grouped(*paths, rule="folder") == {"a": ["1", "02"], "b": ["2", "3"]}
    assert grouped(*paths, rule="one") == {"a": ["1", "02", "2", "3"]}
    assert grouped(*paths, rule="none") == {}
    assert grouped(*paths) == {"golf": ["2", "3"]}


def test_a_picture_that_stands_alone_keeps_its_name():
    views = car_views([Named("golf_07"), Named("IMG_4711"), Named("photo-3")])
    assert views == [
        CarView("golf", "07", 0),
        CarView("IMG_4711", "", 1),
        CarView("photo-3", "3", 2),
    ]


def test_pictures_of_one_car_follow_each_other_by_number():
    names = ["golf_10", "van", "golf_2", "bus-rear", "golf_1", "bus-front"]
    order = by_car(car_views([Named(name) for name in names]))
    assert [names[n] for n in order] == [
        "golf_1",
        "golf_2",
        "golf_10",
        "van",
        "bus-rear",
        "bus-front",
    ]
