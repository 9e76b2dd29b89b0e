"""The commands that make a package of it: version, app, pull, push, card, completion."""

import json
import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from carseg import __version__
from carseg.cli import app, main, parser
from carseg.core.settings import ROOT
from carseg.models.weights import load


def run(*arguments):
    return main([str(a) for a in arguments])


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as stop:
        run("--version")
    assert stop.value.code == 0
    assert capsys.readouterr().out == f"carseg {__version__}\n"


@pytest.mark.usefixtures("tiny_weights")
def test_a_picture_is_all_that_predict_needs(picture, tmp_path, monkeypatch):
    from PIL import Image

    Image.fromarray(picture).save(tmp_path / "photo.png")
    monkeypatch.chdir(tmp_path)
    assert run("predict", "photo.png") == 0
    assert Image.open("photo.tiny-a.mask.png").size == picture.shape[1::-1]


def test_the_app_is_started_as_it_lies_here():
    options = parser().parse_args(["app", "--port", "80", "--headless", "--", "--theme.base", "x"])
    started = app.command(options)
    assert started[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert started[4:5] == [str(ROOT / "app.py")]
    assert started[5:] == [
        *("--server.port", "80", "--server.headless", "true"),
        *("--theme.base", "x"),
    ]
    # Streamlit reads the settings that lie beside the script.
    assert (Path(started[4]).parent / ".streamlit" / "config.toml").is_file()


def test_without_streamlit_the_app_says_what_to_install(monkeypatch):
    monkeypatch.setattr(app, "find_spec", lambda _: None)
    with pytest.raises(app.AppError, match=r"streamlit and plotly: .*pip install 'carseg\[app\]'"):
        app.run(Namespace())


def test_pull_wants_to_know_where_from(tiny_weights, capsys, monkeypatch):
    monkeypatch.delenv("CARSEG_PULL_FROM", raising=False)
    assert run("pull", "new") == 1
    assert "--from owner/name" in capsys.readouterr().err
    assert not (tiny_weights / "new").exists()


@pytest.mark.usefixtures("tiny_weights")
def test_pull_puts_the_name_into_the_place(monkeypatch, capsys):
    asked = []

    def fetch(url: str, _: int) -> bytes:
        from carseg.imaging.net.fetch import FetchError

        asked.append(url)
        raise FetchError("Nothing there.")

    monkeypatch.setattr("carseg.service.hub.download", fetch)
    monkeypatch.setenv("CARSEG_PULL_FROM", "https://models.example/{name}/")
    assert run("pull", "new") == 1
    assert asked == ["https://models.example/new/config.json"]
    assert capsys.readouterr().err == "carseg: Nothing there.\n"


def test_models_names_what_can_be_fetched(tiny_weights, capsys):
    (tiny_weights / "tiny-b" / "model.safetensors").unlink()
    assert run("models") == 0
    shown = capsys.readouterr()
    assert "carseg pull tiny-b" in shown.out
    assert shown.err == ""


def test_card_writes_an_older_folder_as_today(tiny_weights, capsys):
    folder = tiny_weights / "tiny-a"
    config = json.loads((folder / "config.json").read_text())
    older = {key: value for key, value in config.items() if key != "_model_class"}
    (folder / "config.json").write_text(json.dumps(older))
    assert run("card", "tiny-a") == 0
    assert json.loads((folder / "config.json").read_text()) == config
    assert (folder / "README.md").read_text().startswith("---\n")
    assert not (tiny_weights / "tiny-b" / "README.md").exists()
    assert str(folder / "README.md") in capsys.readouterr().out
    load("tiny-a")


@pytest.mark.skipif(os.name != "posix", reason="The shells that ask are those of Unix.")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("carseg pu", {"publish", "pull", "push"}),
        ("carseg push t", {"tiny-a", "tiny-b"}),
        ("carseg predict --model tiny-a --thr", {"--threshold "}),
    ],
)
def test_the_shell_is_told_how_a_line_may_go_on(tiny_weights, tmp_path, line, offered):
    pytest.importorskip("argcomplete")
    answer = tmp_path / "answer"
    asked = {
        **{"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_STDOUT_FILENAME": answer},
        **{"COMP_LINE": line, "COMP_POINT": str(len(line)), "CARSEG_WEIGHTS": tiny_weights},
    }
    environment = os.environ | {key: str(value) for key, value in asked.items()}
    subprocess.run([sys.executable, "-m", "carseg"], env=environment, check=True, cwd=ROOT)
    assert set(answer.read_text().split("\n")) == offered
