"""Pictures: small, and the same bytes for the same drawing."""

from io import BytesIO

from PIL import Image

from churn_pipeline.core.figures import ACCENT, COLOURS, figure, legend, png


def line(panels: int) -> bytes:
    drawn, axes = figure(4, 2, panels)
    for panel in axes:
        panel.plot([0, 1], [0, 1], color=ACCENT, label="a line")
        legend(panel)
    return png(drawn)


def test_the_same_drawing_has_the_same_bytes_in_few_colours() -> None:
    written = line(2)
    assert written == line(2) != line(1)
    assert len(Image.open(BytesIO(written)).convert("RGB").getcolors(10_000)) <= COLOURS


def test_no_version_of_the_software_is_written_into_a_picture() -> None:
    assert "Software" not in Image.open(BytesIO(line(1))).info
