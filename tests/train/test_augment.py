from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision import tv_tensors

from carseg.data.decoded import CAR, ESTIMATED
from carseg.train.views.augment import AUGMENTATIONS, Sources, view
from carseg.train.views.camera import LowResolution, Motion, Night, Noise
from carseg.train.views.geometry import (
    Around,
    CarSomewhere,
    CropInside,
    Placement,
    car_bounds,
    log_uniform,
    resampled,
)
from carseg.train.views.ground import on_ground
from carseg.train.views.pasting import (
    AnotherCar,
    CarFree,
    NewBackground,
    Pasted,
    as_sample,
    plain_background,
)


@dataclass
class Made:
    """A set in memory with the interface of ``Cached``."""

    items: list

    def __len__(self):
        return len(self.items)

    def __getitem__(self, item):
        return self.items[item]


def car(size=(40, 60), box=(10, 30, 15, 45), seed=0):
    """A bright car on dark noise, uint8 picture and truth."""
    rng = np.random.default_rng(seed)
    truth = np.zeros((*size, 2), np.uint8)
    top, bottom, left, right = box
    truth[top:bottom, left:right, CAR] = 255
    rgb = rng.integers(0, 60, (*size, 3), dtype=np.uint8)
    rgb[truth[..., CAR] > 0] += 150
    return rgb, truth


def scene(size=(50, 70)):
    return np.full((*size, 3), (10, 200, 30), np.uint8), np.zeros((*size, 2), np.uint8)


CARS, SCENES = Made([car(), car(seed=1)]), Made([scene()])


def placement(size, zoom=1.0, degrees=0.0, flip=False, source=(40, 60)):
    middle = (source[1] / 2, source[0] / 2)
    return Placement(size, zoom, degrees, flip, middle, (size[1] / 2, size[0] / 2))


def test_warping_agrees_with_numpy_where_numpy_can():
    x = torch.rand(3, 40, 60)
    a = x.numpy()
    same = {"atol": 1e-4}
    assert np.allclose(resampled(x, placement((40, 60)), "zeros"), a, **same)
    assert np.allclose(resampled(x, placement((40, 60), flip=True), "zeros"), a[..., ::-1], **same)
    half_turn = resampled(x, placement((40, 60), degrees=180), "zeros")
    assert np.allclose(half_turn, a[:, ::-1, ::-1], **same)
    quarter = resampled(x, placement((60, 40), degrees=90), "zeros")
    turned = [np.allclose(quarter, np.rot90(a, k, (1, 2)), **same) for k in (1, 3)]
    assert sum(turned) == 1
    small = resampled(x, placement((20, 30), zoom=0.5), "zeros")
    assert np.allclose(small, a.reshape(3, 20, 2, 30, 2).mean((2, 4)), **same)
    crop = resampled(x, placement((10, 20)), "zeros")
    assert np.allclose(crop, a[:, 15:25, 20:40], **same)


def test_beyond_the_border_is_a_reflection_or_nothing():
    x = torch.rand(1, 8, 8) + 1
    wide = placement((8, 16), source=(8, 8))
    assert torch.allclose(
        resampled(x, wide, "reflection")[0, :, :4], x[0, :, :4].flip(1), atol=1e-4
    )
    assert (resampled(x, wide, "zeros")[0, :, :3] == 0).all()


@pytest.mark.parametrize("make", [CarSomewhere, Around, CropInside])
@pytest.mark.parametrize("size", [(24, 36), (36, 24), (17, 31)])
def test_picture_and_truth_move_together(make, size):
    place = make(size, 30, (0.5, 1.5), 0.1, 1.0) if make is Around else make(size)
    truth = torch.zeros(2, 40, 60)
    truth[:, 12:28, 18:42] = 1
    picture = truth[:1].repeat(3, 1, 1)
    for seed in range(12):
        torch.manual_seed(seed)
        moved, mask = place(tv_tensors.Image(picture), tv_tensors.Mask(truth))
        assert moved.shape == (3, *size)
        torch.testing.assert_close(mask[0], mask[1])
        if make is CarSomewhere:  # what surrounds it is replaced: only the car itself is car
            inside = mask[0] > 0.5
            assert (moved[0][inside] > 0.49).all()
        else:  # a reflected car that is seen is a car
            torch.testing.assert_close(moved[0].as_subclass(Tensor), mask[0].as_subclass(Tensor))


def test_a_mirrored_car_in_view_is_car():
    truth = torch.zeros(2, 40, 60)
    truth[0, 10:30, :20] = 1  # at the border: turned and shrunk, its reflection comes into view
    picture = truth[:1].repeat(3, 1, 1)
    more = 0
    for seed in range(20):
        torch.manual_seed(seed)
        place = Around((40, 60), degrees=35, zoom=(0.5, 0.6), shift=0.1, turned=1.0)
        moved, mask = place(tv_tensors.Image(picture), tv_tensors.Mask(truth))
        torch.testing.assert_close(moved[0].as_subclass(Tensor), mask[0].as_subclass(Tensor))
        more += float(mask[0].sum()) > 1.3 * float(truth[0].sum()) * 0.6**2
    assert more > 10


def test_cars_land_at_many_scales_and_are_cut_off_at_times():
    sample = as_sample(*car())
    place, areas, cut = CarSomewhere((40, 60)), [], 0  # at zoom 1 the box is 40 x 27 pixels
    for seed in range(60):
        torch.manual_seed(seed)
        mask = place(*sample)[1][0] > 0.5
        areas.append(int(mask.sum()))
        cut += bool(mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
    assert min(areas) < 0.2 * 1080 < 1080 < max(areas)
    assert 5 < cut < 55


def test_the_box_of_a_car_and_of_none():
    assert car_bounds(as_sample(*car())[1]) == (10, 15, 30, 45)
    assert car_bounds(torch.zeros(2, 7, 9)) == (0, 0, 7, 9)


def test_a_new_background_keeps_the_car_to_the_pixel():
    picture, truth = as_sample(*car())
    changed, mask = NewBackground((40, 60), SCENES, feather=0)(picture, truth)
    inside = truth[0] > 0.5
    torch.testing.assert_close(mask.as_subclass(Tensor), truth.as_subclass(Tensor))
    torch.testing.assert_close(changed[:, inside], picture[:, inside])
    green = changed[:, ~inside]
    assert (green[1] > green[0]).all()


def test_feathering_mixes_at_the_edge_only():
    picture, truth = as_sample(*car())
    torch.manual_seed(1)
    changed, _ = NewBackground((40, 60), SCENES, feather=1.5)(picture, truth)
    torch.testing.assert_close(changed[:, 14:26, 20:40], picture[:, 14:26, 20:40])


def test_a_bare_backdrop_is_pale_or_not_and_smooth():
    scenes = []
    for seed in range(40):
        torch.manual_seed(seed)
        scenes.append(plain_background((33, 47)))
    assert all(x.shape == (3, 33, 47) and 0 <= x.min() <= x.max() <= 1 for x in scenes)
    assert all(x.diff(dim=2).abs().max() < 1e-6 for x in scenes)  # it changes from top to bottom
    pale = [float(x.mean()) > 0.6 for x in scenes]
    assert 0.4 * 40 < sum(pale) < 40
    picture, truth = as_sample(*car())
    changed, _ = NewBackground((40, 60), SCENES, feather=0, plain=1)(picture, truth)
    inside = truth[0] > 0.5
    torch.testing.assert_close(changed[:, inside], picture[:, inside])


def test_without_the_car_nothing_is_car():
    picture, truth = as_sample(*car())
    _, mask = CarFree()(picture, truth)
    assert not mask.any()
    changed, _ = NewBackground((40, 60), SCENES, feather=0)(picture, mask)
    assert (changed[1] > changed[0]).all()  # the scene is green everywhere


def test_new_backgrounds_need_pictures():
    with pytest.raises(ValueError, match="pictures without a car"):
        NewBackground((40, 60), None, feather=0)


def test_two_cars_are_both_car_and_one_hides_the_other():
    (picture, truth), hidden = as_sample(*car()), []
    for seed in range(10):
        torch.manual_seed(seed)
        both, mask = AnotherCar((40, 60), CARS)(picture, truth)
        assert float(mask.max()) <= 1 + 1e-6
        assert (mask[0] >= truth[0] - 1e-6).all()
        own = (both - picture).abs().amax(0)[truth[0] > 0]
        hidden.append(float((own > 1e-5).float().mean()))
    assert hidden.count(0) >= 2  # the first car is in front, or the other one is elsewhere
    assert max(hidden) > 0.05


@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
@pytest.mark.parametrize("size", [(16, 24), (33, 21)])
def test_a_view_depends_on_its_seed_alone(name, size):
    rgb, truth = car()
    transform = AUGMENTATIONS[name].make(size, Sources(CARS, SCENES))
    torch.manual_seed(5)
    first = view(rgb, truth, transform, 7)
    after = torch.rand(1)
    torch.manual_seed(5)
    assert torch.equal(after, torch.rand(1))
    again = view(rgb, truth, transform, 7)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert first[0].shape == (3, *size)
    assert first[1].shape == (2, *size)
    assert first[0].dtype == first[1].dtype == torch.uint8
    assert not first[1][ESTIMATED].any()
    assert any(not torch.equal(first[0], view(rgb, truth, transform, s)[0]) for s in range(5))


def test_no_augmentation_is_the_picture_or_its_mirror_image():
    rgb, truth = car(box=(10, 30, 5, 30))
    transform = AUGMENTATIONS["none"].make((40, 60), Sources(CARS))
    seen = set()
    for seed in range(8):
        picture, mask = view(rgb, truth, transform, seed)
        flipped = not np.array_equal(mask[CAR].numpy(), truth[..., CAR])
        seen.add(flipped)
        expected = rgb[:, ::-1] if flipped else rgb
        np.testing.assert_array_equal(picture.permute(1, 2, 0).numpy(), expected)


def test_a_pasted_car_darkens_the_ground_and_stays_as_it_was():
    picture, truth = as_sample(*car())
    scene, darker, mirrored = torch.full((3, 40, 60), 0.6), [], 0
    for seed in range(40):
        torch.manual_seed(seed)
        ground = on_ground(scene, picture.as_subclass(Tensor), truth[:1].as_subclass(Tensor))
        assert ground.shape == scene.shape
        assert 0 <= float(ground.min()) <= float(ground.max()) <= 1
        below = ground[:, 30:33, 20:40]  # the car's feet stand on row 29
        darker.append(float(below.mean()) < 0.59)
        mirrored += bool((ground > 0.61).any())  # the bright car shows on the floor
    assert all(darker)
    assert 3 < mirrored < 20
    background = NewBackground((40, 60), SCENES, feather=0, grounded=1)
    changed, mask = background(picture, truth)
    inside = truth[0] > 0.5
    torch.testing.assert_close(changed[:, inside], picture[:, inside])
    torch.testing.assert_close(mask.as_subclass(Tensor), truth.as_subclass(Tensor))


def test_where_there_is_no_car_the_ground_stays():
    scene = torch.rand(3, 20, 30)
    assert torch.equal(on_ground(scene, scene, torch.zeros(1, 20, 30)), scene)


def test_far_cars_are_seen_too():
    sample, areas = as_sample(*car()), []
    place = CarSomewhere((40, 60), (0.05, 1.5), log_uniform)
    for seed in range(60):
        torch.manual_seed(seed)
        areas.append(float(place(*sample)[1][0].sum()))
    assert min(areas) < 0.02 * 1080
    assert max(areas) > 1080


def test_a_moving_camera_blurs_along_one_line_and_keeps_the_light():
    flat = tv_tensors.Image(torch.full((3, 20, 30), 0.4))
    torch.testing.assert_close(Motion(9)(flat).as_subclass(Tensor), flat.as_subclass(Tensor))
    point = torch.zeros(3, 41, 41)
    point[:, 20, 20] = 1
    for seed in range(8):
        torch.manual_seed(seed)
        blurred = Motion(9)(tv_tensors.Image(point)).as_subclass(Tensor)
        torch.testing.assert_close(blurred.sum((1, 2)), torch.ones(3), atol=1e-4, rtol=0)
        rows, columns = torch.nonzero(blurred[0] > 1e-4).T.double()
        assert len(rows) >= 3
        spread = torch.linalg.svdvals(torch.stack((rows - 20, columns - 20)))
        assert spread[1] < 0.35 * spread[0]


def test_night_is_darker():
    picture, truth = as_sample(*car())
    for seed in range(8):
        torch.manual_seed(seed)
        dark, mask = Night()(picture, truth)
        assert float(dark.mean()) < 0.9 * float(picture.mean())
        assert torch.equal(mask, truth)


def test_the_camera_leaves_the_truth_alone():
    picture, truth = as_sample(*car())
    for transform in (Noise(0.1), LowResolution(0.3, 0.5), Motion(5)):
        worse, mask = transform(picture, truth)
        assert worse.shape == picture.shape
        assert 0 <= float(worse.min()) <= float(worse.max()) <= 1
        assert not torch.equal(worse, picture)
        assert torch.equal(mask, truth)


def test_an_estimate_stays_one():
    rgb, truth = car()
    truth[10:30, 30:45, ESTIMATED] = 255
    transform = AUGMENTATIONS["none"].make((40, 60), Sources(CARS))
    _, shares = view(rgb, truth, transform, 0)
    for plane in (CAR, ESTIMATED):
        assert int(shares[plane].sum()) == int(truth[..., plane].sum())


def test_what_nobody_annotated_is_never_pasted():
    rgb, truth = car()
    sample, guessed = as_sample(rgb, truth), truth.copy()
    guessed[10:12, 15:45, ESTIMATED] = 255
    choice = Pasted(NewBackground((40, 60), SCENES, feather=0), CropInside((40, 60)), 1.0)
    pasted, _ = choice(*sample)
    assert (pasted[1] > pasted[0])[truth[..., CAR] == 0].all()  # the scene is green
    kept, _ = choice(*as_sample(rgb, guessed))
    assert not (kept[1] > kept[0] + 0.3).any()


def test_edges_stay_soft():
    rgb, truth = car()
    truth[10, 15:45, CAR] = 128
    _, shares = view(rgb, truth, AUGMENTATIONS["none"].make((40, 60), Sources(CARS)), 3)
    assert (shares[CAR] == 128).sum() == 30
