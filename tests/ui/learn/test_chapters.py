"""What the Learn page computes: networks drawn, and the small figures, without a page."""

import itertools
import math
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import ndimage, signal

from carseg.introspect.trace import trace
from carseg.measures.overlap import Counts
from carseg.models import ARCHITECTURES
from carseg.models.checkpoint import Config
from carseg.ui.learn import examples, small_pictures
from carseg.ui.learn.chapters import (
    accuracy,
    batch_norm,
    convolution,
    dice_loss,
    dropout,
    encoder_decoder,
    filters,
    maps,
    overlap,
    receptive_field,
    relu,
    transfer,
    transposed,
    vgg16,
)
from carseg.ui.learn.diagram import svg
from carseg.ui.learn.diagram_layout import (
    LOOKS,
    description,
    layout,
    stage_facts,
    turning_point,
    words_of,
)
from carseg.ui.learn.networks import Design, of_configs, titles_of
from carseg.ui.learn.papers import PAPERS, cite
from tests.factories.networks import on_meta

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_a_drawing_has_every_stage(name):
    stages = trace(on_meta(name), (96, 64))
    drawn = ET.fromstring(svg(stages, name))
    assert len(drawn.findall(".//{*}g[@class='stage']") or drawn.findall(".//g")) == len(stages)


def test_the_turn_and_the_skips_of_a_drawing():
    stages = trace(on_meta("smp-unet-mobilenet_v2"), (64, 96))
    turn = turning_point(stages)
    assert stages[turn].level == max(stage.level for stage in stages) == 5
    assert "A skip of 96" in stage_facts(stages, turn + 1)[1]


def test_slabs_have_the_colours_of_the_legend():
    drawn = ET.fromstring(svg(trace(on_meta("unet", widths=[4, 8, 16]), (32, 48)), "U-Net"))
    slabs = [r for r in drawn.iter() if r.tag.endswith("rect") and r.get("class") == "slab"]
    used = ("picture", "down", "up", "raise", "join")
    assert {slab.get("fill") for slab in slabs} == {LOOKS[name][1] for name in used}


def test_skips_are_counted_in_words():
    plain, one = (
        trace(on_meta(name, widths=widths), (32, 48))
        for name, widths in (("cnn-plain", [4, 8]), ("unet", [4, 8]))
    )
    assert " and no skip connections. What leaves" in description(plain)
    assert " and 1 skip connection. What leaves" in description(one)


def test_a_drawing_is_well_formed_escaped_and_keeps_to_its_frame():
    stages = trace(on_meta("unet", widths=[4, 8, 16]), (32, 48))
    root = ET.fromstring(svg(stages, 'U-Net <"&">'))
    name = "{http://www.w3.org/2000/svg}" if root.tag.startswith("{") else ""
    assert root.find(f"{name}title").text == 'U-Net <"&">'
    assert "5 stages" in root.find(f"{name}desc").text
    _, _, width, height = map(float, root.get("viewBox").split())
    for box in layout(stages):
        assert box.x > 0
        assert box.x + box.width < width
        assert box.y > 0
        assert box.y + box.height < height
    for a, b in itertools.pairwise(layout(stages)):
        assert a.x + a.width < b.x
    assert all(g.get("tabindex") == "0" and g.get("aria-label") for g in root.iter(f"{name}g"))


def test_vgg16_has_its_sixteen_layers():
    table = vgg16.blocks(vgg16.vgg16_stages())
    assert list(table["Block"]) == [*(f"Block {i}" for i in range(1, 6)), "Classifier"]
    assert int(table["Parameters"].sum()) == 138_357_544
    assert list(table["Layers"]) == [*["2 of 3x3"] * 2, *["3 of 3x3"] * 3, "3 fully connected"]


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [(9, 12), (8, 5)])
def test_convolution_is_scipys_correlation(stride, size):
    values, kernel = RNG.random(size), RNG.normal(size=(3, 3))
    expected = signal.correlate2d(values, kernel, mode="same")[::stride, ::stride]
    found = convolution.convolved(values, kernel, stride)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    row, column = found.shape[0] - 1, found.shape[1] // 2
    under = convolution.window_3x3(values, row * stride, column * stride)
    assert (under * kernel).sum() == pytest.approx(float(found[row, column]), abs=1e-5)


def test_a_matrix_shows_no_minus_zero():
    assert convolution.matrix(np.array([[-0.001, 1.5]])) == r"\begin{bmatrix}0 & 1.5\end{bmatrix}\,"


@pytest.mark.parametrize(("side", "stride"), [(2, 2), (3, 2), (4, 2), (5, 3), (2, 3)])
def test_transposed_convolution_by_hand(side, stride):
    values, kernel = RNG.random((4, 5)), RNG.random((side, side))
    expected = np.zeros(((4 - 1) * stride + side, (5 - 1) * stride + side))
    for row, column in np.ndindex(4, 5):
        top, left = row * stride, column * stride
        expected[top : top + side, left : left + side] += values[row, column] * kernel
    found = transposed.raised(values, kernel, stride)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


@pytest.mark.parametrize("side", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("stride", [2, 3, 4])
def test_overlap_is_even_exactly_if_the_stride_divides_the_kernel(side, stride):
    count = transposed.writes((9, 9), side, stride)
    assert (count.min() == count.max()) == (side % stride == 0)


@pytest.mark.parametrize("side", [2, 3, 6])
def test_resize_and_convolve_keeps_a_flat_map_flat(side):
    flat = transposed.resize_convolved(np.full((6, 8), 0.3), transposed.kernel_of(side, 7), 2)
    assert flat.shape == (12, 16)
    np.testing.assert_allclose(flat, 0.3, rtol=1e-5)


def test_two_convolutions_without_relu_are_one():
    assert relu.collapse() < 1e-12
    found = relu.activated(np.array([-1, 0, 7], np.float32), "relu6")
    np.testing.assert_array_equal(found, [0, 0, 6])


def test_batch_norm_by_its_formula():
    values, seen = RNG.normal(3, 2, (20, 30)), RNG.normal(1, 5, (20, 30))
    for way, of in (("training", values), ("use", seen)):
        expected = 2 * (values - of.mean()) / np.sqrt(of.var() + 1e-5) - 1
        found = batch_norm.normalised(values, seen, way, 2, -1)
        np.testing.assert_allclose(found, expected, atol=1e-4)
    assert batch_norm.mean_and_spread(np.array([-1e-9, 1e-9])) == "mean 0.00, spread 0.00"


def test_dropout_drops_scales_and_is_right_on_average():
    values = RNG.random((12, 16)).astype(np.float32) + 0.1
    made = dropout.dropped(values, 0.4, 4000, 1)
    assert set(np.unique((made / values).round(4))) == {0, np.float32(1 / 0.6).round(4)}
    assert (made == 0).mean() == pytest.approx(0.4, abs=0.01)
    np.testing.assert_allclose(made.mean(0), values, atol=0.08)
    state = torch.random.get_rng_state()
    dropout.dropped(values, 0.5, 2, 1)
    assert torch.equal(state, torch.random.get_rng_state())


def test_dropout_layers_that_drop_nothing_do_not_count():
    assert dropout.active(Design("transunet-dilated")) == 0


def test_a_mask_that_is_not_halved_stays_and_loses_more_each_time():
    truth = examples.drawn_car((160, 240))[1]
    assert np.array_equal(encoder_decoder.squeezed(truth, 0), truth)
    wrong = [(encoder_decoder.squeezed(truth, k) != truth).mean() for k in range(7)]
    assert wrong == sorted(wrong)
    assert wrong[-1] > wrong[1]


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, -2), (-4, 5), (99, 0), (0, -99)])
def test_a_moved_mask_comes_in_empty(down, right):
    mask = RNG.random((9, 13)) < 0.5
    expected = ndimage.shift(mask.astype(float), (down, right), order=0) > 0.5
    assert np.array_equal(overlap.shifted_mask(mask, down, right), expected)


@pytest.mark.parametrize("pixels", [-3, 0, 2])
def test_a_grown_mask_is_scipys(pixels):
    mask = np.zeros((40, 50), bool)
    mask[10:28, 12:37] = True
    found = overlap.grown_mask(mask, pixels)
    # Straight sides move by exactly so much; corners are round.
    assert found.any(1).sum() == 18 + 2 * pixels
    assert found.any(0).sum() == 25 + 2 * pixels
    square = np.ones((2 * abs(pixels) + 1,) * 2)
    change = ndimage.binary_dilation if pixels >= 0 else ndimage.binary_erosion
    outer = change(mask, square)
    assert (found <= outer).all() if pixels >= 0 else (found >= outer).all()


@pytest.mark.parametrize("share", [0.01, 0.25, 0.5, 1.0])
def test_an_empty_mask_scores_one_minus_the_share(share):
    empty, full = accuracy.guess(share), accuracy.guess(share, True)
    assert empty.accuracy == pytest.approx(1 - share)
    assert empty.dice == 0
    assert full.accuracy == pytest.approx(share)
    assert full.dice == pytest.approx(2 * share / (1 + share))


def test_the_share_of_a_set_needs_no_masks():
    def row(name, picture, counts):
        return {"set": name, "picture": picture, **{k: getattr(counts, k) for k in accuracy.COUNTS}}

    scored = pd.DataFrame(
        [
            row("a", "p", Counts(10, 5, 10, 75)),
            row("a", "q", Counts(0, 0, 40, 60)),
            row("a", "p", Counts(20, 0, 0, 80)),  # another model on the same picture
            row("no cars", "r", Counts(0, 1, 0, 9)),
        ]
    )
    assert accuracy.set_shares(scored) == {"a": pytest.approx(0.3)}
    assert accuracy.set_shares(pd.DataFrame()) == {}


@pytest.mark.parametrize(("share", "sure"), [(0.2, 0.9), (0.01, 0.6)])
def test_dice_loss_and_its_pull_by_their_formulas(share, sure):
    table = dice_loss.loss_curves(share, sure)
    pixels = 160 * 240
    car = round(share * pixels)
    for row in table[table["loss"] == "dice"].itertuples():
        found = round(row.overlap * car)
        hits = found * sure + (car - found) * (1 - sure)
        total = hits + (pixels - car) * (1 - sure) + car + 1
        assert row.value == pytest.approx(1 - (2 * hits + 1) / total, abs=1e-4)
        slope = (2 * total - (2 * hits + 1)) / total**2 * sure * (1 - sure)
        assert row.pull == pytest.approx(pixels * slope, rel=1e-3)
    bce = table[table["loss"] == "bce"]
    np.testing.assert_allclose(bce["pull"], sure, rtol=1e-4)
    assert bce["value"].iloc[0] == pytest.approx(
        -(1 - car / pixels) * math.log(sure) - car / pixels * math.log(1 - sure), rel=1e-3
    )


def test_what_was_frozen_is_read_from_every_run():
    first, second = {"frozen": ["encoder"]}, {"frozen": []}
    assert transfer.training_state("encoder.features.0.weight", [first]) == "frozen"
    assert (
        transfer.training_state("encoder.features.0.weight", [first, {}, second])
        == "frozen at first"
    )
    assert transfer.training_state("encoder2.weight", [first]) == "trained"
    assert transfer.training_state("encoder.features.0.weight", [{}]) == "training not recorded"


def config(**changes) -> Config:
    facts = {"name": "m", "title": "M", "summary": "", "sha256": "s", "bytes": 1, "area": 38400}
    facts |= {"architecture": "smp-unet-vgg16", "mean": (0.5,) * 3, "std": (0.5,) * 3}
    return Config(**(facts | changes))


def test_origins_tell_pretrained_and_chance_apart_by_the_preset():
    network = on_meta("smp-unet-vgg16")
    sizes = {name: p.numel() for name, p in network.named_parameters()}
    # Simonyan and Zisserman's thirteen convolutions.
    widths = [3, 64, 64, 128, 128, 256, 256, 256, *[512] * 6]
    encoder = sum(9 * a * b + b for a, b in itertools.pairwise(widths))
    whole = sum(sizes.values())
    preset = {"encoder": "imagenet", "frozen": ["encoder"]}
    table = transfer.origins(config(preset=preset, pretrained="nothing"), sizes)
    assert list(table.itertuples(index=False, name=None)) == [
        (transfer.PRETRAINED, "frozen", encoder),
        (transfer.CHANCE, "trained", whole - encoder),
    ]
    preset = {"encoder": "random", "frozen": []}
    scratch = transfer.origins(config(preset=preset, pretrained="vgg16, ImageNet"), sizes)
    assert list(scratch.itertuples(index=False, name=None)) == [(transfer.CHANCE, "trained", whole)]


def test_blocks_that_imitate_a_network_are_told_from_those_that_were_copied():
    network = on_meta("smp-unet-vgg16")
    sizes = {name: p.numel() for name, p in network.named_parameters()}
    blocks = transfer.encoder_blocks(network)
    # Simonyan and Zisserman: two blocks of two convolutions, three of three, biases with them.
    assert list(blocks.values()) == [1] * 4 + [2] * 4 + [3] * 6 + [4] * 6 + [5] * 6
    late = sum(9 * a * 512 + 512 for a in (256, 512, 512, 512, 512, 512))
    imitated = {"distilled": [4, 5]}
    known = config(preset={"encoder": "imagenet", "frozen": ["encoder"]}, encoder=imitated)
    found = transfer.origins(known, sizes, blocks).set_index("start")["parameters"]
    assert found[transfer.DISTILLED] == late
    assert found[transfer.PRETRAINED] == sum(map(sizes.get, blocks)) - late
    assert found.sum() == sum(sizes.values())
    random = config(preset={"encoder": "random", "frozen": []}, encoder=imitated)
    assert set(transfer.origins(random, sizes, blocks)["start"]) == {transfer.CHANCE}
    assert transfer.encoder_blocks(torch.nn.Conv2d(3, 1, 1)) == {}


def test_origins_of_a_training_that_is_not_recorded_are_not_guessed():
    sizes = {"encoder.0.weight": 7, "decoder.0.weight": 5}
    table = transfer.origins(config(), sizes)
    assert list(table.itertuples(index=False, name=None)) == [
        (transfer.START_UNKNOWN, "training not recorded", 12)
    ]


def test_the_first_two_filters_are_one_from_chance_and_one_pretrained():
    random, pretrained = {"encoder": "random"}, {"encoder": "imagenet"}
    known = {
        "unknown": config(pretrained="nothing"),
        "imagenet": config(preset=pretrained, pretrained="nothing"),
        "chance": config(preset=random, pretrained="something"),
        "another": config(preset=random),
    }
    assert filters.first_two(known) == ("chance", "imagenet")
    assert filters.first_two({"unknown": config()}) == (filters.UNTRAINED, "unknown")
    assert filters.first_two({}) == (filters.UNTRAINED, filters.UNTRAINED)


def test_networks_that_differ_in_the_grid_alone_are_told_apart():
    known = {d.key: d for d in of_configs([config(name="a"), config(name="b", area=240 * 360)])}
    title = ARCHITECTURES["smp-unet-vgg16"].title
    assert titles_of(known) == {
        "a": f"{title}, at {words_of((160, 240))}",
        "b": f"{title}, at {words_of((240, 360))}",
    }
    assert titles_of({"a": known["a"]}) == {"a": title}


def test_checkpoints_that_are_built_alike_are_one_design():
    found = of_configs([config(name="a"), config(name="b"), config(name="c", area=9600)])
    assert [d.names for d in found] == [("a", "b"), ("c",)]


def test_layers_to_look_at_come_after_norm_and_relu():
    stages = trace(on_meta("unet", widths=[4, 8]), (16, 16))
    found = list(maps.layer_choices(stages))
    assert found == [
        *("encoder.0.2", "encoder.0.5", "encoder.1.2", "encoder.1.5"),
        *("decoder.0.up", "decoder.0.conv.2", "decoder.0.conv.5", "head"),
    ]
    everything = maps.layer_choices(trace(on_meta("smp-unet-mobilenet_v2"), (64, 64)))
    names = dict(on_meta("smp-unet-mobilenet_v2").named_modules())
    assert set(everything) <= set(names)
    assert len(everything) > 50


def test_levels_use_the_whole_scale():
    some = np.stack([RNG.random((4, 5)), 10 * RNG.random((4, 5)), np.full((4, 5), 3.0)])
    own, one = maps.levels(some, "own"), maps.levels(some, "one")
    assert [(m.min(), m.max()) for m in own] == [(0, 255), (0, 255), (0, 0)]
    assert (one.min(), one.max()) == (0, 255)
    assert one[0].max() < 30
    assert maps.shrunk(np.ones((2, 100, 320), np.float32)).shape == (2, 50, 160)


def test_smoothness_of_chance_and_of_a_blob():
    assert filters.smoothness(RNG.normal(size=(500, 3, 3, 3))) == pytest.approx(0, abs=0.03)
    assert filters.smoothness(np.ones((2, 3, 3, 3))) == pytest.approx(1)
    tiles = filters.coloured(np.stack([np.zeros((3, 3, 3)), np.ones((3, 3, 3))]))
    assert set(np.unique(tiles[0])) <= {127, 128}
    assert np.unique(tiles[1]) == 255


def test_half_of_a_gradient():
    values = np.zeros((10, 10))
    values[3, 4] = 5
    assert receptive_field.half_within(values) == 0.01
    assert receptive_field.half_within(np.ones((10, 10))) == pytest.approx(0.5, abs=0.011)


def test_pictures_of_numbers():
    signed = small_pictures.signed_picture(np.array([[-2.0, 0.0, 2.0]]))
    assert [tuple(p) for p in signed[0]] == [
        small_pictures.NEGATIVE,
        small_pictures.ZERO,
        small_pictures.POSITIVE,
    ]
    assert small_pictures.signed_picture(np.zeros((2, 2))).shape == (2, 2, 3)
    sheet = small_pictures.tiled(np.full((5, 2, 3), 9, np.uint8), 3, 1, 128)
    assert sheet.shape == (5, 11)
    assert (sheet == 9).sum() == 5 * 6
    assert small_pictures.magnified(np.zeros((4, 6, 3), np.uint8), (0, 1, 0, 1), 60).shape == (
        40,
        60,
        3,
    )


def test_the_drawn_car_is_a_car():
    rgb, mask = examples.drawn_car()
    assert rgb.shape == (*mask.shape, 3)
    assert rgb.dtype == np.uint8
    assert 0.15 < mask.mean() < 0.35
    assert ndimage.label(mask)[1] == 1


def test_every_source_has_a_year_and_an_address():
    for words, address in PAPERS.values():
        assert any(part.isdigit() and len(part) == 4 for part in words.replace(",", " ").split())
        assert address.startswith("https://")
    assert cite("unet").startswith("Source: [Ronneberger")
    assert cite("unet", "vgg").count("](https") == 2
