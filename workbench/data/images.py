"""One picture file as pixels: every common kind becomes upright 8-bit RGB; the rest is refused in words.

Colour profiles are not applied: numbers in the file count as sRGB, as in the pictures that
pretrained backbones saw.
"""

from __future__ import annotations

import hashlib
import json
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import PIL
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from workbench.core.errors import DataError

DECODER = f"Pillow {PIL.__version__}"

# What is read. Left out on purpose: formats that run a program (EPS) or have no signature (TGA).
_WANTED = ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "JPEG2000", "AVIF")
Image.init()
FORMATS = tuple(name for name in _WANTED if name in Image.OPEN)  # older Pillows know no AVIF
SUFFIXES = frozenset({
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".apng", ".gif", ".bmp", ".dib", ".tif", ".tiff",
    ".webp", ".ppm", ".pgm", ".pbm", ".pnm", ".jp2", ".j2k", ".jpx", ".avif",
})  # fmt: skip

# Half a gigabyte as RGB; the number at which Pillow by default refuses to open a picture.
MAX_PIXELS = 178_956_970
# By default Pillow warns on stderr from half of that on; such pictures are fine here.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# A JPEG may be decoded at 1/2, 1/4 or 1/8 while this many times the wanted size remains: the factor
# that Pillow's documentation gives for results close to fair resampling (Image.thumbnail).
REDUCING_GAP = 2

# A transparent picture lies on paper: dark strokes on transparency would vanish on black.
PAPER = (255, 255, 255, 255)

Kind = Literal["damaged", "empty", "not a picture", "unreadable"]

_ORIENTATION = 0x0112  # EXIF tag
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT = ("I;16", "I;16L", "I;16B", "I;16N")
_CONVERTIBLE = ("1", "L", "P", "PA", "LA", "La", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV")

# What Pillow's readers raise, besides OSError, on bytes that are not what they claim.
_FAULTS = (
    SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, RuntimeError,
    struct.error, zlib.error, UserWarning,
)  # fmt: skip
# Odd metadata around sound pixels is no news to the user; on stderr it would look like an error.
warnings.filterwarnings("ignore", module=r"PIL\.")


class PictureError(DataError):
    """A file that gives no picture. `kind` and `reason` are what the list of skipped files shows."""

    def __init__(self, path: Path, kind: Kind, reason: str) -> None:
        super().__init__(f"{path}: {reason}. Replace or remove the file, then scan the folder again")
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a picture file once it was decoded: size as shown, hash of its bytes (32 hex)."""

    width_px: int
    height_px: int
    content: str


@dataclass(frozen=True, slots=True)
class PictureSpec:
    """How a picture becomes a square.

    squash: stretched. crop: the middle is kept, after the shorter side was brought to
    size_px / crop_fraction. pad: fitted in, black bars.
    """

    size_px: int
    resize: Literal["squash", "crop", "pad"] = "squash"
    interpolation: Literal["bilinear", "bicubic"] = "bilinear"
    crop_fraction: float = 1.0  # counts for crop only

    def larger(self, margin_px: int) -> PictureSpec:
        """The same with `margin_px` more on each side length."""
        return replace(self, size_px=self.size_px + margin_px)

    def fingerprint(self) -> str:
        """Hash of what decides the pixels: 32 hexadecimal digits."""
        crop = self.crop_fraction if self.resize == "crop" else None
        text = json.dumps([self.size_px, self.resize, self.interpolation, crop])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def look(path: Path) -> Look:
    """Decode the file once, as cheaply as finds every torn one; raises PictureError."""
    with _open(path) as image:
        full = image.size
        # The smallest scale still reads every coefficient, so a torn file shows; only pixels are saved.
        image.draft(None, (1, 1))
        drafted = image.size != full
        image.load()
        size = full if drafted else image.size
        if _orientation(image) in (5, 6, 7, 8):
            size = (size[1], size[0])
        _refuse_unknown_mode(path, image)
    with _reading(path), path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()[:32]
    return Look(size[0], size[1], content)


def decode(path: Path, at_least_px: int = 0) -> Image.Image:
    """The picture as upright 8-bit RGB; raises PictureError (a DataError) with a plain reason.

    Transparency lies on white. 16 bits are scaled by the format's full range (65535 becomes 255);
    32-bit whole numbers and floats have no range of their own and are scaled from the picture's
    smallest to its largest value. Of several frames the first counts. With `at_least_px`, a large
    JPEG may come smaller, each side still at least REDUCING_GAP times that.
    """
    with _open(path) as image:
        if at_least_px:
            wanted = at_least_px * REDUCING_GAP
            image.draft(None, (wanted, wanted))
        image.load()
        turn = _UPRIGHT.get(_orientation(image))
        _refuse_unknown_mode(path, image)
        picture = _rgb(image)
        return picture if turn is None else picture.transpose(turn)


def square(image: Image.Image, spec: PictureSpec) -> NDArray[np.uint8]:
    """An RGB picture as [S, S, 3], by antialiased resampling."""
    size, (width, height) = spec.size_px, image.size
    filter_ = {"bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}[spec.interpolation]
    if spec.resize == "squash":
        return np.array(image.resize((size, size), filter_))
    if spec.resize == "crop":
        # The crop is taken in the source's own pixels: a strip of 1 x 10000 px needs no huge picture between.
        side = min(width, height) * size / round(size / spec.crop_fraction)
        left, top = (width - side) / 2, (height - side) / 2
        return np.array(image.resize((size, size), filter_, box=(left, top, left + side, top + side)))
    longer = max(width, height)
    fitted = (max(1, round(size * width / longer)), max(1, round(size * height / longer)))
    canvas = Image.new("RGB", (size, size))
    canvas.paste(image.resize(fitted, filter_), ((size - fitted[0]) // 2, (size - fitted[1]) // 2))
    return np.array(canvas)


def read_square(path: Path, spec: PictureSpec) -> NDArray[np.uint8]:
    """The file as [S, S, 3] uint8; raises PictureError."""
    at_least = round(spec.size_px / spec.crop_fraction) if spec.resize == "crop" else spec.size_px
    return square(decode(path, at_least), spec)


@contextmanager
def _open(path: Path) -> Iterator[ImageFile.ImageFile]:
    with _reading(path):
        if path.stat().st_size == 0:
            raise PictureError(path, "empty", "empty: the file has 0 bytes")
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise _too_large(path)
            yield image


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turns what goes wrong while reading `path` into a PictureError with a plain reason."""
    try:
        yield
    except UnidentifiedImageError:
        if path.suffix.lower() in SUFFIXES:
            reason = f"damaged: the name ends in {path.suffix}, but the contents are no picture"
            raise PictureError(path, "damaged", reason) from None
        raise PictureError(path, "not a picture", "not a picture that can be read here") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large(path) from None
    except MemoryError:
        raise PictureError(path, "unreadable", "unreadable: it does not fit into memory") from None
    except OSError as error:
        if error.errno is not None:
            reason = f"unreadable: {error.strerror}"
            raise PictureError(path, "unreadable", reason) from None
        raise PictureError(path, "damaged", _damage(error)) from None
    except _FAULTS as error:
        raise PictureError(path, "damaged", _damage(error)) from None


def _damage(error: Exception) -> str:
    text = str(error)
    if "truncated" in text.lower() or isinstance(error, EOFError):
        return "damaged: the file ends early"
    return f"damaged: its contents cannot be decoded ({text or type(error).__name__})"


def _too_large(path: Path) -> PictureError:
    reason = (
        f"unreadable: it claims more than {MAX_PIXELS // 1_000_000} million pixels, "
        "which would fill the memory; make it smaller"
    )
    return PictureError(path, "unreadable", reason)


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation of a loaded picture; a broken EXIF block counts as none, as in viewers.

    Asked after loading: for TIFF, Pillow has turned the picture by then and dropped the entry.
    """
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (OSError, *_FAULTS):
        return 1


def _refuse_unknown_mode(path: Path, image: Image.Image) -> None:
    if image.mode not in (*_CONVERTIBLE, *_SIXTEEN_BIT, "I", "F"):
        reason = f"unreadable: its colours are stored as {image.mode}, which is not read here"
        raise PictureError(path, "unreadable", reason)


def _rgb(image: ImageFile.ImageFile) -> Image.Image:
    if image.mode in _SIXTEEN_BIT or (image.mode == "I" and image.format in ("PNG", "PPM")):
        # PNG and PPM know no more than 16 bits; some Pillow versions hand them out as 32-bit numbers.
        return _grey(np.asarray(image).astype(np.float64) / 65535)
    if image.mode in ("I", "F"):
        return _grey(_stretched(np.asarray(image).astype(np.float64)))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, PAPER)
        return Image.alpha_composite(paper, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")


def _stretched(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """From smallest to largest as 0 to 1; what is not a number becomes 0, and a flat picture black."""
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros_like(values)
    low, high = values[finite].min(), values[finite].max()
    if high == low:
        return np.zeros_like(values)
    return np.where(finite, (np.where(finite, values, low) - low) / (high - low), 0.0)


def _grey(shares: NDArray[np.float64]) -> Image.Image:
    return Image.fromarray(np.rint(shares * 255).astype(np.uint8)).convert("RGB")
