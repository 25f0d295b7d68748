"""What people install: the wheel in an environment of its own, used where other packages have the same names."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from corpus.commands import ROOT
from footlights import __version__

SCENARIO = "scenarios/engineering/feature-sprint.yaml"


@dataclass(frozen=True, slots=True)
class Installed:
    """A wheel, and the Python of the environment it was installed into."""

    wheel: Path
    python: Path

    @property
    def script(self) -> Path:
        return self.python.with_name("footlights")

    @property
    def content(self) -> Path:
        return next(self.python.parent.parent.glob("lib/python*/site-packages/footlights/content"))


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    wheel = next(folder.glob("*.whl"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
    python = folder / "venv" / "bin" / "python"
    options = ["--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), "install", *options, str(wheel)], check=True)
    # The dependencies are those of the environment that runs the tests: nothing is fetched.
    site_packages = next((folder / "venv").glob("lib/python*/site-packages"))
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return Installed(wheel, python)


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A project of somebody else's, with packages named as our rooms and our content are."""
    for name in ("app", "providers", "agents", "yaml"):
        (tmp_path / "project" / name).mkdir(parents=True)
        (tmp_path / "project" / name / "__init__.py").write_text(f"raise SystemExit('the foreign {name} was run')")
    return tmp_path / "project"


def run(command: list[str | Path], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        command, cwd=folder, env=clean | environment, capture_output=True, text=True, check=False, timeout=60
    )


def ways_in(installed: Installed) -> dict[str, list[str | Path]]:
    return {"footlights": [installed.script], "python -m footlights": [installed.python, "-m", "footlights"]}


@pytest.mark.parametrize("way", ["footlights", "python -m footlights"])
def test_it_works_in_a_folder_that_has_packages_of_the_same_names(
    way: str, installed: Installed, foreign: Path
) -> None:
    command = ways_in(installed)[way]
    version = run([*command, "--version"], foreign)
    assert (version.returncode, version.stdout) == (0, f"footlights {__version__}\n"), version.stderr
    check = run([*command, "check", installed.content / SCENARIO], foreign)
    assert check.returncode == 0, check.stdout + check.stderr


@pytest.mark.parametrize("way", ["footlights", "python -m footlights"])
def test_a_foreign_package_that_comes_first_is_refused_in_one_line(
    way: str, installed: Installed, foreign: Path, tmp_path: Path
) -> None:
    done = run([*ways_in(installed)[way], "--version"], tmp_path, PYTHONPATH=str(foreign))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert f'its own package "app" from {installed.content.parent.parent}' in done.stderr
    assert f"finds another one first: '{foreign / 'app'}'" in done.stderr
    assert "PYTHONPATH" in done.stderr


def test_importing_footlights_beside_a_foreign_package_is_refused_before_that_is_run(
    installed: Installed, foreign: Path
) -> None:
    done = run([installed.python, "-c", "import footlights"], foreign)
    assert done.returncode == 1
    assert "ImportError: Footlights needs its own package" in done.stderr
    assert "was run" not in done.stderr


def test_a_foreign_package_that_is_loaded_already_is_refused_too(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "app.py").touch()
    done = run([installed.python, "-c", "import app, sys; del sys.path[0]; import footlights"], tmp_path)
    assert "ImportError: Footlights needs its own package" in done.stderr


def test_a_namespace_package_of_the_same_name_is_no_obstacle(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    assert run([installed.python, "-c", "import footlights, app.cli"], tmp_path).returncode == 0


def test_the_content_travels_inside_our_own_package(installed: Installed, tmp_path: Path) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert f"footlights/content/{SCENARIO}" in names
    assert "footlights/content/shows/tour.run.jsonl" in names
    for kind in ("agents", "scenarios", "shows", "themes"):
        there = {str(path.relative_to(ROOT)) for path in (ROOT / kind).rglob("*.yaml")}
        assert {name.removeprefix("footlights/content/") for name in names} >= there
    done = run([installed.python, "-c", "from app.settings import content_root; print(content_root())"], tmp_path)
    assert Path(done.stdout.strip()) == installed.content


def test_no_import_name_is_taken_but_our_three(installed: Installed) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(installed.wheel).namelist()}
    assert tops == {"app", "providers", "footlights", f"footlights-{__version__}.dist-info"}


def test_the_wheel_says_it_is_typed_and_carries_its_licence(installed: Installed) -> None:
    names = zipfile.ZipFile(installed.wheel).namelist()
    assert "footlights/py.typed" in names
    assert f"footlights-{__version__}.dist-info/licenses/LICENSE" in names
