"""Made files to start from: nothing comes from outside."""

import io
import json
import zipfile
from functools import cache

import numpy as np
from PIL import Image

from carseg.imaging import codec
from carseg.imaging.masks import TrueMask
from carseg.models.bounds import MOST_NUMBER
from carseg.results.comparison import Comparison, thumbnail, to_file
from tests.factories.checkpoints import FACTS
from tests.factories.shown_files import shown_files

SIZE = (24, 36)
BOX = np.zeros(SIZE, bool)
BOX[6:20, 5:30] = True
RING = [5, 6, 30, 6, 30, 20, 5, 20]
LARGEST = 60_000
"""Bytes of a file of the corpus."""


def saved(image: Image.Image | np.ndarray, format: str, **options: object) -> bytes:
    """The file of a picture."""
    file, made = io.BytesIO(), image if isinstance(image, Image.Image) else Image.fromarray(image)
    made.save(file, format, **options)
    return file.getvalue()


@cache
def pictures() -> list[bytes]:
    """Every made file whose look depends on more than its values, and other formats."""
    scene = np.random.default_rng(3).integers(0, 256, (*SIZE, 3), dtype=np.uint8)
    more = [saved(scene, kind) for kind in ("TIFF", "BMP", "GIF", "WEBP", "AVIF")]
    more += [saved(scene, "TIFF", compression=kind) for kind in ("tiff_lzw", "jpeg", "packbits")]
    more.append(saved(scene, "JPEG", progressive=True))
    return [data for data in (*shown_files().values(), *more) if len(data) <= LARGEST]


@cache
def masks() -> list[bytes]:
    """True masks of many codings."""
    ones, soft = BOX.astype(np.uint8), Image.fromarray(BOX.astype(np.uint8) * 255)
    labels = Image.fromarray(np.where(BOX, 7, 0).astype(np.uint8), "P")
    labels.putpalette([part for n in range(256) for part in (n, 255 - n, n // 2)])
    void = np.zeros(SIZE, bool)
    void[5:7] = True
    return [
        *(saved(ones * high, kind) for high in (1, 255) for kind in ("PNG", "GIF", "TIFF", "BMP")),
        saved(soft, "JPEG"),
        saved(Image.fromarray(BOX), "PNG"),
        saved(labels, "PNG"),
        saved(np.dstack([ones * 200] * 3 + [ones * 255]), "PNG"),
        saved((BOX * 0.9).astype("f4"), "TIFF"),
        saved((BOX * 40_000).astype("u2"), "PNG"),
        saved(np.where(void, 255, ones).astype(np.uint8), "PNG"),
        TrueMask(BOX & ~void, void).encoded(),
        TrueMask(~BOX).encoded(),
    ]


@cache
def archives() -> list[bytes]:
    """ZIPs of pairs, in the layouts that are read."""
    picture = codec.encode(np.full((*SIZE, 3), 90, np.uint8))
    mask = codec.encode(BOX)
    layouts = [
        {"images/a.png": picture, "masks/a.png": mask},
        {"car_mask.png": mask, "car.png": picture, "readme.txt": b"x"},
        {"set/train/0_01.png": picture, "set/train_masks/0_01_mask.png": mask},
        {"images/a.png": picture, "annotations.json": annotations()[0]},
        {"images/a.png": picture, "masks/a.png": masks()[-3], "images/b.png": b"junk"},
    ]
    return [zipped(files, way) for files in layouts for way in (0, 8)]


def zipped(files: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", way) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


@cache
def annotations() -> list[bytes]:
    """COCO, labelme and CVAT, with every kind of shape."""
    shapes: list[dict] = [{"segmentation": [RING]}, {"segmentation": [RING], "iscrowd": 1}]
    shapes.append({"segmentation": {"counts": [100, 200, 564], "size": [*SIZE]}})
    shapes.append({"segmentation": {"counts": "TTR1d<0O1", "size": [*SIZE]}})
    coco = {
        "images": [{"id": 1, "file_name": "a.png", "height": SIZE[0], "width": SIZE[1]}],
        "annotations": [{"image_id": 1, "category_id": 1, **shape} for shape in shapes[:3]],
        "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "person"}],
    }
    other = coco | {"annotations": [{"image_id": 1, "category_id": 1, **shapes[3]}]}
    points = np.reshape(RING, (-1, 2)).tolist()
    drawn = [
        {"label": "car", "shape_type": kind, "points": points[:number]}
        for kind, number in (("polygon", 4), ("rectangle", 2), ("circle", 2))
    ]
    drawn.append({"label": "hole", "points": points})
    labelme = {"shapes": drawn, "imageHeight": SIZE[0], "imageWidth": SIZE[1]}
    corners = ";".join(f"{x},{y}" for x, y in points)
    cvat = f"""<annotations><image id="0" name="a.png" width="{SIZE[1]}" height="{SIZE[0]}">
    <polygon label="car" points="{corners}" z_order="1"/><box label="car" xtl="1" ytl="2" xbr="9"
    ybr="8" rotation="30"/><ellipse label="car" cx="9" cy="9" rx="4" ry="3"/>
    <mask label="car" rle="4, 8" left="2" top="3" width="4" height="3"/></image></annotations>"""
    return [*(json.dumps(each).encode() for each in (coco, labelme, other)), cvat.encode()]


@cache
def configs() -> list[bytes]:
    """Configs of checkpoints, of every architecture, and some at the edge of their bounds."""
    whole = FACTS | {"sha256": "c" * 64, "bytes": 10}
    arguments = {
        "unet": {"widths": [4, 8]},
        "cnn-plain": {"widths": [4096] * 8},
        "transunet-dilated": {"widths": [4, 8], "layers": 2, "heads": 4, "mlp": 64},
        "smp-unet-vgg16": {"decoder_channels": [8, 8, 8, 8, 8]},
        "mini": {"width": 0.25, "channels": 8, "block": "inverted"},
        "smp-unet-mobilenet_v2": {"decoder_interpolation": "bilinear"},
    }
    found = [whole | {"architecture": name, "arguments": args} for name, args in arguments.items()]
    found.append(whole | {"classes": 3, "car": 1, "area": 16_000_000, "threshold": 0.999})
    found.append(whole | {"pictures_seen": MOST_NUMBER, "std": [1e-4] * 3, "mean": [-1000] * 3})
    return [json.dumps(facts).encode() for facts in found]


@cache
def comparisons() -> list[bytes]:
    """Files of saved comparisons."""
    outcome = {
        **{"model": "a", "title": "A", "weights_sha256": "a" * 64, "fingerprint": "c" * 64},
        **{"threshold": 0.5, "settings": {"second_look": False, "edges": {"grow": 1}}},
        **{"share": 0.25, "edited": True},
    }
    outcomes = (outcome, outcome | {"model": "b"})
    pair = {"models": ("a", "b"), "different": 0.1, "dice": 0.9}
    picture = {"picture": "car.png", "picture_sha256": "b" * 64, "origin": "upload"}
    facts = {"name": "Mine", **picture, "width": 9, "height": 8, "outcomes": outcomes}
    facts |= {"disagreements": (pair,), "link": {"view": ["Mask"]}}
    facts["thumbnails"] = {"a": thumbnail(np.full((9, 9, 3), 90, np.uint8))}
    return [to_file(Comparison.model_validate(facts)), json.dumps(facts).encode()]


@cache
def names() -> list[bytes]:
    """Lists of file names, a line each."""
    sets = [
        ["images/a.png", "masks/a.png", "images/b.jpg", "masks/b.PNG"],
        ["train/0cdf5b5d0ce1_01.jpg", "train_masks/0cdf5b5d0ce1_01_mask.gif"],
        ["Ka\u0308fer.png", "K\xe4fer_mask.png", "K\xc4FER.truth.png", "k\xe4fer.m.mask.png"],
        ["../../etc/passwd", "/abs/a.png", "C:\\x\\a.png", "a/../b.png", "", ".hidden.png"],
        ["x.png/y.png", "x.png", "__MACOSX/._x.png", "x_mask_mask.png", "con.png", "a\0b.png"],
    ]
    return ["\n".join(each).encode() for each in sets]


@cache
def addresses() -> list[bytes]:
    """URLs."""
    found = [
        "https://cars.example/car.png?w=1#top", "HTTP://Cars.Example:80/a b.png",
        "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/", "http://user:p@h/",
        "http://\u2460\u2461\u2466.0.0.1/", "https://xn--bcher-kva.example/%ff", "data:image/png,x",
        "http://127.0.0.1\\@cars.example/", "http://cars.example:99999/", "//cars.example/",
        "http://[64:ff9b::7f00:1]/", "http://100.100.100.200/", "http://[fe80::1%25eth0]/",
    ]  # fmt: skip
    return [each.encode() for each in found]


@cache
def links() -> list[bytes]:
    """Parameters of the address bar: a key and its values, a line each."""
    found = ["j-seed\n7", "opacity\n\u0661e999", "colour\n#ffaa00", "models\na\nb", "view\n"]
    return [each.encode() for each in found]
