"""The notebooks run from top to bottom, and are stored without outputs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from ipykernel.kernelspec import write_kernel_spec
from jupyter_client.kernelspec import KernelSpecManager
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
#: Seconds that one cell, and the start of a kernel, may take.
_CELL_TIMEOUT, _START_TIMEOUT = 300, 120


@pytest.fixture
def kernel_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel `python3` that is this interpreter, whatever else is registered on the machine.

    Everything that Jupyter and the notebook write stays below the test's own folder.
    """
    write_kernel_spec(tmp_path / "jupyter" / "kernels" / "python3")
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    folders = {
        "JUPYTER_PATH": tmp_path / "jupyter",
        "JUPYTER_DATA_DIR": tmp_path / "jupyter",
        "JUPYTER_RUNTIME_DIR": tmp_path / "runtime",
        "JUPYTER_CONFIG_DIR": tmp_path / "config",
        "IPYTHONDIR": tmp_path / "ipython",
        "TMPDIR": temporary,
        "TEMP": temporary,
        "TMP": temporary,
    }
    for name, folder in folders.items():
        monkeypatch.setenv(name, str(folder))
    assert KernelSpecManager().get_kernel_spec("python3").argv[0] == sys.executable


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.usefixtures("kernel_here")
# jupyter_client's own: on Windows it starts a selector thread beside the Proactor loop and says so.
@pytest.mark.filterwarnings("ignore:Proactor event loop:RuntimeWarning")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=_CELL_TIMEOUT,
        startup_timeout=_START_TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},
    )
    # A cell that raises ends the run with its traceback.
    client.execute()
    for cell in code_cells(notebook):
        assert cell["execution_count"], cell["source"]
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            # A warning of our own, or of a library called wrongly, would show here.
            assert output.get("name") != "stderr", output["text"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    for cell in code_cells(notebook):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None
    # As written by json, so that a change of one cell is a change of its lines.
    assert text == json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
