"""A program of its own: draws the file on its standard input as a small WebP on its standard output.

It takes file after file from strangers apart, so it first gives away what it does not need: memory, time, files and
processes. It may die of any file, and whoever started it goes on.
"""

import io
import sys
import warnings

import pypdfium2
from PIL import Image, ImageOps

if sys.platform != "win32":
    import resource

LONGEST = 1600
_PIXELS_MOST = 60_000_000
_MEMORY_MOST = 1 << 30
_SECONDS_MOST = 20
OUTPUT_MOST = 8 << 20
_WHITE = (255, 255, 255)


def main() -> None:
    """Draw the image or the first page of the PDF, whichever the only argument says."""
    _give_up()
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = _PIXELS_MOST
    content = sys.stdin.buffer.read()
    drawn = _page(content) if sys.argv[1] == "pdf" else _photograph(content)
    drawn.thumbnail((LONGEST, LONGEST))
    out = io.BytesIO()
    bare = Image.new("RGB", drawn.size, _WHITE)
    bare.paste(drawn)
    bare.save(out, "WEBP", quality=80)
    sys.stdout.buffer.write(out.getvalue())


def _give_up() -> None:
    if sys.platform != "win32":
        for what, most in (
            (resource.RLIMIT_AS, _MEMORY_MOST),
            (resource.RLIMIT_CPU, _SECONDS_MOST),
            (resource.RLIMIT_FSIZE, OUTPUT_MOST),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, 16),
        ):
            resource.setrlimit(what, (most, most))


def _photograph(content: bytes) -> Image.Image:
    """Return the image upright and without what it says about itself, smaller where that spares memory."""
    image: Image.Image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
    image.draft("RGB", (LONGEST, LONGEST))
    if image.mode.startswith("I"):  # sixteen bits a pixel, of which the upper eight are shown
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif image.mode == "P":
        image = image.convert("RGBA")
    image.thumbnail((LONGEST, LONGEST), reducing_gap=2)
    upright = ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        ground = Image.new("RGBA", clear.size, (*_WHITE, 255))
        return Image.alpha_composite(ground, clear).convert("RGB")
    return upright.convert("RGB")


def _page(content: bytes) -> Image.Image:
    document = pypdfium2.PdfDocument(content)
    page = document[0]
    longest = max(*page.get_size(), 1)
    drawn: Image.Image = page.render(scale=min(LONGEST / longest, 4), may_draw_forms=False).to_pil()
    return drawn.convert("RGB")


if __name__ == "__main__":
    main()
