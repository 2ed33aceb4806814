"""Make the pictures of the gallery from the shipped sample: ``python -m scripts.gallery``.

Beside herbgis it needs Chromium, LibreOffice (soffice), and ``pip install pillow pypdfium2``. What
it writes into docs/images/gallery is committed, so that nobody else needs these.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageChops
from playwright.sync_api import sync_playwright

import herbgis as hg

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "docs" / "images" / "gallery"
DATA = ROOT / "data"
#: The months of the sample, for a ledger that grows.
BATCHES = {
    "2020-01-31": "2020-01-ledger",
    "2020-03-31": "2020-03-batch",
    "2020-06-30": "2020-06-batch",
}
#: Pages that are opened in a browser, by picture.
SCREENS = {
    "map": "基地分布图.html",
    "issue_map": "退回/问题地图.html",
    "plan_map": "规划/规划图.html",
}
#: Workbooks that are printed, by picture; which page, and how much of its height.
PRINTS = {
    "progress": ("月报/进度表.xlsx", 0, 1.0),
    "ledger": ("月报/台账.xlsx", 0, 0.3),
    "production": ("生产统计.xlsx", 0, 1.0),
    "issue_list": ("退回/问题清单.xlsx", 0, 0.6),
    "return_slip": ("县/退回单.xlsx", 0, 1.0),
    "plan_book": ("规划/规划表.xlsx", 0, 1.0),
    "visit_table": ("观摩点推荐表.xlsx", 0, 1.0),
}
WIDTH = 1200
MOST_BYTES = 150_000


def main() -> None:
    """Write every output of the sample, and a picture of each."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        write_outputs(work)
        OUT.mkdir(parents=True, exist_ok=True)
        for name, picture in {**screens(work), **prints(work)}.items():
            save(picture, OUT / f"{name}.jpg")


def write_outputs(work: Path) -> None:
    """What the program writes, as the gallery says how."""
    sample, dem = str(DATA / "sample"), str(DATA / "dem" / "tongren_synthetic.tif")
    herbgis(work, "map", sample, "--dem", dem, "--out", "基地分布图.html")
    herbgis(work, "validate", sample, "--out", "退回", "--fix", "safe")
    with zipfile.ZipFile(work / "退回" / "退回-沿河自治县.zip") as slip:
        slip.extractall(work / "县")
    for day, batch in BATCHES.items():
        herbgis(work, "ledger", "admit", "台账.gpkg", f"{sample}/{batch}", "--as-of", day)
    herbgis(work, "ledger", "export", "台账.gpkg", "--out", "月报")
    herbgis(work, "plan", sample, "--dem", dem, "--out", "规划")
    production = hg.read_survey(DATA / "production")
    hg.write_production_book(production.bases, work / "生产统计.xlsx")
    visit = hg.choose_visit(hg.read_ledger(work / "台账.gpkg"), stops=6)
    hg.write_visit_table(visit, work / "观摩点推荐表.xlsx")


def herbgis(work: Path, *words: str) -> None:
    """Run a command; `validate` ends with 1 where it finds something, as it does here."""
    run = subprocess.run([sys.executable, "-m", "herbgis", *words], cwd=work, check=False)
    if run.returncode > 1:
        sys.exit(f"herbgis {' '.join(words)}: {run.returncode}")


def screens(work: Path) -> dict[str, Image.Image]:
    """Pictures of pages as a browser shows them."""
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1400, "height": 860})
        for name, path in SCREENS.items():
            page.goto((work / path).as_uri())
            page.wait_for_timeout(2000)
            found[name] = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    return found


def prints(work: Path) -> dict[str, Image.Image]:
    """Pictures of workbooks as they come out of a printer."""
    books = [str(work / path) for path, _, _ in PRINTS.values()]
    pdfs = work / "pdf"
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(pdfs)]
    subprocess.run([*command, *books], check=True, capture_output=True)
    return {
        name: printed(pdfs / f"{Path(path).stem}.pdf", number, share)
        for name, (path, number, share) in PRINTS.items()
    }


def printed(pdf: Path, number: int, share: float) -> Image.Image:
    """One page without its margins, from the top down to a share of its height."""
    page = pypdfium2.PdfDocument(pdf)[number].render(scale=3).to_pil().convert("RGB")
    white = Image.new("RGB", page.size, "white")
    left, top, right, bottom = ImageChops.difference(page, white).getbbox() or (0, 0, *page.size)
    within = (left - 20, top - 20, right + 20, top + round((bottom - top) * share) + 20)
    return page.crop(within)


def save(picture: Image.Image, path: Path, qualities: Sequence[int] = range(85, 20, -5)) -> None:
    """Write a picture at the best quality that keeps it small."""
    height = round(picture.height * WIDTH / picture.width)
    small = picture.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
    for quality in qualities:
        small.save(path, quality=quality, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} 字节")
            return
    sys.exit(f"{path.name}: 超过 {MOST_BYTES:,} 字节")


if __name__ == "__main__":
    main()
