"""What a scanner makes of a page: turned, blurred, grainy, on grey paper, kept as JPEG."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter


def scanned(page: Image.Image, seed: int, degrees: float = 1.0, quality: int = 60) -> Image.Image:
    """The page as a scan of middling quality, rotated by up to `degrees` either way."""
    random = np.random.default_rng(seed)
    turned = page.convert("L").rotate(
        random.uniform(0.4, 1.0) * degrees * random.choice([-1, 1]),
        resample=Image.Resampling.BICUBIC, fillcolor=255,
    )  # fmt: skip
    blurred = turned.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 0.8)))
    ink = np.asarray(blurred, dtype=np.float32)
    shade = np.linspace(0, random.uniform(8, 20), ink.shape[1], dtype=np.float32)
    ink = ink * 0.9 + 18 - shade + random.normal(0, 8, ink.shape)
    kept = io.BytesIO()
    Image.fromarray(np.clip(ink, 0, 255).astype(np.uint8)).save(kept, "JPEG", quality=quality)
    return Image.open(kept)


def scan_pdf(pdf: Path, folder: Path, dpi: int, seed: int = 0) -> Path:
    """Each page of the PDF as a scan: a folder of JPEG files."""
    import pypdfium2

    folder.mkdir(parents=True)
    document = pypdfium2.PdfDocument(pdf)
    for index in range(len(document)):
        page = document[index].render(scale=dpi / 72).to_pil()
        scanned(page, seed + index).save(folder / f"{index + 1:03d}.jpg", quality=95)
    document.close()
    return folder
