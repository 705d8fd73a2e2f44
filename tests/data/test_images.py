"""Decoding: each kind of picture against pixels known beforehand."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.core.errors import DataError
from workbench.data.images import PictureError, PictureSpec, decode, look, read_square, square

RAMP = np.linspace(0, 255, 64).astype(np.uint8).reshape(8, 8)


def pixels(path: Path) -> np.ndarray:
    picture = decode(path)
    assert picture.mode == "RGB"
    return np.asarray(picture)


def save(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)
    return path


def test_a_grey_picture_has_three_equal_channels(tmp_path: Path) -> None:
    found = pixels(save(Image.fromarray(RAMP), tmp_path / "a.png"))
    assert all(np.array_equal(found[..., c], RAMP) for c in range(3))


def test_a_one_bit_picture_is_black_and_white(tmp_path: Path) -> None:
    found = pixels(save(Image.fromarray(RAMP > 127), tmp_path / "a.png"))
    assert np.array_equal(found[..., 0], np.where(RAMP > 127, 255, 0))


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_sixteen_bits_are_scaled_by_the_full_range_not_clipped(tmp_path: Path, suffix: str) -> None:
    values = np.array([[0, 257, 32768, 65535]], dtype=np.uint16)
    found = pixels(save(Image.fromarray(values), tmp_path / f"a.{suffix}"))
    assert found[0, :, 0].tolist() == [0, 1, 128, 255]


@pytest.mark.parametrize("kind", [np.int32, np.float32])
def test_values_without_a_range_are_stretched_from_smallest_to_largest(tmp_path: Path, kind: type) -> None:
    values = np.array([[-1000, 0, 1000]], dtype=kind)
    assert pixels(save(Image.fromarray(values), tmp_path / "a.tif"))[0, :, 0].tolist() == [0, 128, 255]


def test_a_float_that_is_not_a_number_is_black(tmp_path: Path) -> None:
    values = np.array([[np.nan, 1, 3]], dtype=np.float32)
    assert pixels(save(Image.fromarray(values), tmp_path / "a.tif"))[0, :, 0].tolist() == [0, 0, 255]


def test_palette_colours_are_looked_up(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    assert pixels(save(image, tmp_path / "a.png"))[0].tolist() == [[10, 20, 30], [200, 100, 50]]


@pytest.mark.parametrize("transparency", [1, b"\xff\x00"])
def test_a_transparent_palette_colour_is_white_paper(tmp_path: Path, transparency: object) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((1, 0), 1)
    path = save(image, tmp_path / "a.png", transparency=transparency)
    assert pixels(path)[0].tolist() == [[10, 20, 30], [255, 255, 255]]


def test_transparency_lies_on_white_in_proportion(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[[0, 0, 0, 255], [0, 0, 0, 0], [0, 0, 0, 51]]], dtype=np.uint8))
    assert pixels(save(image, tmp_path / "a.png"))[0, :, 0].tolist() == [0, 255, 204]
    grey = Image.fromarray(np.array([[[7, 255], [7, 0]]], dtype=np.uint8), mode="LA")
    assert pixels(save(grey, tmp_path / "b.png"))[0, :, 0].tolist() == [7, 255]


def test_cmyk_becomes_the_colours_it_prints(tmp_path: Path) -> None:
    image = Image.new("CMYK", (8, 8), (0, 255, 255, 0))
    found = pixels(save(image, tmp_path / "a.jpg", quality=100))
    assert np.abs(found.astype(int) - [255, 0, 0]).max() <= 3


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_picture_stands_upright(tmp_path: Path, orientation: int, suffix: str) -> None:
    # The picture as shown: left half black, right half white above the middle.
    shown = np.zeros((24, 16, 3), dtype=np.uint8)
    shown[:12, 8:] = 255
    stored = Image.fromarray(shown)
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    lossless = {"webp": {"lossless": True}, "jpg": {"quality": 100}}.get(suffix, {})
    path = tmp_path / f"a.{suffix}"
    (stored if undo is None else stored.transpose(undo)).save(path, exif=exif, **lossless)
    found = pixels(path)
    assert found.shape == shown.shape
    assert np.abs(found.astype(int) - shown).max() <= 8
    assert (look(path).width_px, look(path).height_px) == (16, 24)


@pytest.mark.parametrize("suffix", ["jpg", "png", "gif", "tif", "webp", "bmp"])
def test_a_torn_file_is_an_error_that_says_so(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = save(Image.fromarray(noise), tmp_path / f"a.{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    for read in (look, decode):
        with pytest.raises(DataError, match=r"a\.\w+: damaged: ") as caught:
            read(path)
        assert isinstance(caught.value, PictureError)
        assert caught.value.kind == "damaged"


@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_torn_jpeg_or_png_ends_early_in_words(tmp_path: Path, suffix: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    path = save(Image.fromarray(noise), tmp_path / f"a.{suffix}")
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(DataError, match="damaged: the file ends early"):
        look(path)


def test_an_empty_a_text_and_a_misnamed_file_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    (tmp_path / "b.txt").write_text("no picture")
    (tmp_path / "c.jpg").write_text("no picture either")
    kinds = {}
    for name in ("a.png", "b.txt", "c.jpg"):
        with pytest.raises(PictureError) as caught:
            look(tmp_path / name)
        kinds[name] = caught.value.kind
    assert kinds == {"a.png": "empty", "b.txt": "not a picture", "c.jpg": "damaged"}


def test_a_picture_without_a_suffix_is_read(tmp_path: Path) -> None:
    Image.fromarray(RAMP).save(tmp_path / "digit", format="PNG")
    assert look(tmp_path / "digit").width_px == 8


def test_a_picture_that_claims_to_be_huge_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    for side in (15_000, 60_000):
        header = side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
        body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")
        (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
        with pytest.raises(DataError, match="million pixels"):
            decode(tmp_path / "bomb.png")


def test_the_contents_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    import hashlib

    path = save(Image.fromarray(RAMP), tmp_path / "a.png")
    assert look(path).content == hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def test_squash_stretches_crop_keeps_the_middle_and_pad_adds_black_bars() -> None:
    stripes = np.zeros((20, 60, 3), dtype=np.uint8)
    stripes[:, :20, 0], stripes[:, 20:40, 1], stripes[:, 40:, 2] = 255, 255, 255
    image = Image.fromarray(stripes)
    squashed = square(image, PictureSpec(30))
    assert squashed.shape == (30, 30, 3)
    assert squashed[15, [3, 15, 27]].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    cropped = square(image, PictureSpec(20, "crop"))
    assert (cropped == [0, 255, 0]).all()
    padded = square(image, PictureSpec(60, "pad"))
    assert (padded[:20] == 0).all()
    assert (padded[40:] == 0).all()
    assert np.array_equal(padded[20:40], stripes)


@pytest.mark.parametrize("size", [(640, 427), (300, 500)])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_crop_agrees_with_resizing_the_shorter_side_and_cutting_the_middle(
    size: tuple[int, int], interpolation: str
) -> None:
    y, x = np.mgrid[0 : size[1], 0 : size[0]]
    smooth = np.stack([127 + 120 * np.sin(x / 40), 127 + 120 * np.cos(y / 30), x / size[0] * 255], axis=-1)
    image = Image.fromarray(smooth.astype(np.uint8))
    found = square(image, PictureSpec(224, "crop", interpolation, 0.875))
    scale = 256 / min(size)
    resample = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}[interpolation]
    larger = image.resize((round(size[0] * scale), round(size[1] * scale)), resample)
    left, top = (larger.width - 224) / 2, (larger.height - 224) / 2
    expected = np.asarray(larger.crop((int(left), int(top), int(left) + 224, int(top) + 224)))
    assert np.abs(found.astype(int) - expected).max() <= 4


def test_decoding_a_large_jpeg_smaller_hardly_changes_the_square(tmp_path: Path) -> None:
    y, x = np.mgrid[0:1200, 0:1600]
    waves = np.stack([127 + 120 * np.sin(x / 60), 127 + 120 * np.cos(y / 45), (x + y) / 11], axis=-1)
    path = save(Image.fromarray(waves.astype(np.uint8)), tmp_path / "a.jpg", quality=95)
    spec = PictureSpec(128)
    assert decode(path, 128).size == (400, 300)
    difference = np.abs(read_square(path, spec).astype(int) - square(decode(path), spec))
    assert difference.mean() < 1
    assert difference.max() <= 6


def test_a_spec_is_known_by_what_changes_the_pixels() -> None:
    spec = PictureSpec(224)
    assert spec.fingerprint() == PictureSpec(224, crop_fraction=0.875).fingerprint()
    different = {
        spec.fingerprint(),
        PictureSpec(225).fingerprint(),
        PictureSpec(224, "pad").fingerprint(),
        PictureSpec(224, interpolation="bicubic").fingerprint(),
        PictureSpec(224, "crop").fingerprint(),
        PictureSpec(224, "crop", crop_fraction=0.875).fingerprint(),
    }
    assert len(different) == 6
    assert spec.larger(20) == PictureSpec(244)
