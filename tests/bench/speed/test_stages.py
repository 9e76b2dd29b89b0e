import io
import time

import numpy as np
import pytest
from PIL import Image

from carseg.bench.speed.accuracy import sample_dice
from carseg.bench.speed.clock import Clock, Peak, peak_memory
from carseg.bench.speed.limit import limit, operations
from carseg.bench.speed.photo import photo
from carseg.bench.speed.plain import plain_mask
from carseg.bench.speed.stages import CUTOUT, MASK, OVERLAY, STAGES, Job
from carseg.imaging import codec
from carseg.inference.device import choose_device
from carseg.inference.predictor import Predictor
from carseg.models.checkpoint import shelf
from carseg.service.cutout import remove_background
from tests.factories.configs import config

SIZE = (120, 180)


@pytest.fixture
def predictor(tiny_weights) -> Predictor:
    return Predictor(choose_device("cpu", "float32"), tiny_weights)


def test_the_stages_in_a_row_are_what_the_library_makes(predictor):
    data = photo(SIZE)
    mask = Job(predictor, "tiny-a", data, MASK)
    made = np.asarray(Image.open(io.BytesIO(mask.run())))
    expected = predictor.predict(data, "tiny-a")
    np.testing.assert_array_equal(made > 0, expected.mask())
    assert list(mask.stages) == [name for name in STAGES if name != "edges"]
    cut = Job(predictor, "tiny-a", data, CUTOUT)
    assert list(cut.stages) == list(STAGES)
    found = np.asarray(Image.open(io.BytesIO(cut.run()))).astype(int)
    assert np.abs(found - np.asarray(remove_background(data, "tiny-a"))).mean() < 0.5


def test_a_stage_alone_leaves_the_same_again(predictor):
    job = Job(predictor, "tiny-a", photo(SIZE), OVERLAY)
    first = job.run()
    for stage in job.stages.values():
        stage()
        assert job.run() == first
    assert Image.open(io.BytesIO(first)).size == SIZE[::-1]


def test_the_plain_way_makes_the_same_mask(predictor):
    # Shrinking is not compared: PyTorch and OpenCV enlarge alike.
    data = photo(SIZE)
    plain = np.asarray(Image.open(io.BytesIO(plain_mask(data, shelf().configs["tiny-a"]))))
    ours = predictor.predict(data, "tiny-a").mask()
    assert plain.shape == SIZE
    assert (plain > 0).mean() == pytest.approx(ours.mean(), abs=0.01)
    assert ((plain > 0) != ours).mean() < 0.01


def test_the_photo_is_the_same_each_time_and_has_its_size():
    assert codec.decode(photo((90, 130))).shape == (90, 130, 3)
    assert photo((90, 130)) == photo.__wrapped__((90, 130))


def test_a_timing_counts_calls_and_orders_its_shares():
    calls = []
    found = Clock(0.01).timed(lambda: calls.append(1))
    assert 1 <= found.runs <= len(calls)
    assert 0 < found.least <= found.median <= found.p90


def test_processor_time_does_not_count_waiting():
    def works_and_waits() -> None:
        end = time.process_time() + 0.005
        while time.process_time() < end:
            pass
        time.sleep(0.05)

    assert Clock(0.01, processor=True).timed(works_and_waits).median < 0.04


def test_memory_at_the_most_has_what_was_held_for_a_moment():
    with peak_memory("cpu") as low:
        pass
    with peak_memory("cpu") as high:
        held = np.ones(2**26, np.uint8)
        time.sleep(0.1)
        del held
    assert isinstance(high, Peak)
    assert high.mb - low.mb > 32


def test_operations_grow_with_the_padded_grid():
    # 2 operations for each multiply-add; 160x240 needs no padding to 32, 280x420 becomes 288x448.
    there = config(multiply_adds=1_000_000, area=160 * 240)
    assert operations(there, (160, 240)) == 2_000_000
    finer = config(multiply_adds=1_000_000, area=280 * 420, architecture="smp-unet-mobilenet_v2")
    assert operations(finer, (280, 420)) == pytest.approx(2e6 * 288 * 448 / 38400)
    assert np.isnan(operations(config(multiply_adds=0), (160, 240)))


def test_the_limit_is_a_number_for_what_pytorch_multiplies_and_none_for_others():
    import torch

    assert limit("float32", "cpu", torch.get_num_threads(), Clock(0.01)) > 1e8
    assert np.isnan(limit("int8", "cpu", 1, Clock()))


def test_dice_is_the_mean_of_the_samples_with_masks(predictor, monkeypatch):
    from carseg.data.samples import samples

    few = dict(list(samples().items())[:2])
    monkeypatch.setattr("carseg.bench.speed.accuracy.samples", lambda: few)
    dice, count = sample_dice(predictor, "tiny-a")
    assert count == sum(s.mask is not None for s in few.values()) == 2
    expected = []
    for sample in few.values():
        true = np.asarray(Image.open(sample.mask).convert("L")) > 127
        mask = predictor.predict(sample.path, "tiny-a").mask()
        expected.append(2 * (mask & true).sum() / (mask.sum() + true.sum()))
    assert dice == pytest.approx(np.mean(expected), abs=1e-3)
