"""The notebook that walks through the recogniser runs from its first cell to its last."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from training.data.sources import data_folder

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOK = ROOT / "docs" / "recogniser.ipynb"


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not find_spec("tensorflow"), reason="TensorFlow is not installed")
@pytest.mark.skipif(not (data_folder() / "mnist").is_dir(), reason="MNIST is not in the data folder")
def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=800, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    pictures = [output for output in outputs if "image/png" in output.get("data", {})]
    assert len(pictures) == 11
    # Keras shows the network as text or as HTML.
    assert any("Total params" in str(output) for output in outputs)


def test_the_notebook_is_kept_without_outputs() -> None:
    # They would show images of data sets that do not belong into the repository.
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
