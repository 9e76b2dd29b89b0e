"""Networks taken apart by a forward pass: stages, shapes, parameters, skips."""

import pytest

from carseg.introspect.trace import trace
from carseg.models import ARCHITECTURES
from tests.factories.networks import on_meta


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_a_trace_counts_every_parameter_and_ends_where_it_began(name):
    network = on_meta(name)
    stages = trace(network, (96, 64))
    assert sum(s.parameters for s in stages) == sum(p.numel() for p in network.parameters())
    assert stages[0].steps[0].shape == (3, 96, 64)
    assert stages[-1].shape == (1, 96, 64)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.modules())


def test_the_trace_of_unet_is_the_published_u():
    stages = trace(on_meta("unet"), (160, 240))
    assert [s.shape for s in stages[:5]] == [
        (64 * 2**k, 160 // 2**k, 240 // 2**k) for k in range(5)
    ]
    assert [[skip.source for skip in s.skips] for s in stages[5:]] == [[3], [2], [1], [0]]
    assert sum(s.multiply_adds for s in stages) == 28_223_078_400  # as counted for its config


def test_skips_have_their_own_shape_not_that_of_their_stage():
    stages = trace(on_meta("smp-unet-mobilenet_v2"), (64, 96))
    shapes = [skip.shape for stage in stages for skip in stage.skips]
    assert shapes == [(96, 4, 6), (32, 8, 12), (24, 16, 24), (16, 32, 48)]


def test_without_skips_there_is_none():
    assert not any(s.skips for s in trace(on_meta("cnn-plain", widths=[4, 8]), (16, 16)))


def test_odd_sizes_do_not_split_a_stage():
    levels = [s.level for s in trace(on_meta("unet", widths=[2, 2, 2, 2]), (45, 61))]
    assert levels == [0, 1, 2, 3, 2, 1, 0]
