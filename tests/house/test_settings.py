"""Where things live: chosen by the environment, by the platform, by the project around a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import Folder, config_folder, content_root, data_home, project_root, search_folders


@pytest.fixture
def user_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "people" / "ada"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    return home


def test_the_environment_chooses_the_folders(tmp_path: Path) -> None:
    assert data_home() == tmp_path / "home"
    assert config_folder() == tmp_path / "config"


def test_a_tilde_in_the_environment_is_the_users_home(user_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTLIGHTS_HOME", "~/plays")
    assert data_home() == user_home / "plays"


@pytest.mark.parametrize("unset", [None, ""])
def test_else_the_platform_does(user_home: Path, monkeypatch: pytest.MonkeyPatch, unset: str | None) -> None:
    for name in ("FOOTLIGHTS_HOME", "FOOTLIGHTS_CONFIG", "XDG_DATA_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
        if unset is not None and name.startswith("FOOTLIGHTS"):
            monkeypatch.setenv(name, unset)
    for folder in (data_home(), config_folder()):
        assert folder.name == "footlights"
        assert folder.is_relative_to(user_home)
        assert not folder.exists()


def test_the_built_in_content_is_found_in_the_clone() -> None:
    assert (content_root() / "app" / "settings.py").is_file()


@pytest.mark.parametrize("sign", ["footlights.toml", "agents/", "scenarios/", ".git/"])
def test_a_project_is_the_nearest_folder_with_a_sign_of_one(tmp_path: Path, sign: str) -> None:
    project = tmp_path / "outer" / "project"
    inner = project / "deep" / "inner"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / ".git").mkdir()
    if sign.endswith("/"):
        (project / sign).mkdir()
    else:
        (project / sign).touch()
    scenario = inner / "play.yaml"
    scenario.touch()
    assert project_root(scenario) == project
    assert project_root(inner) == project
    assert project_root(project) == project


def test_a_file_that_belongs_to_no_project_has_its_own_folder(user_home: Path) -> None:
    downloads = user_home / "downloads"
    downloads.mkdir()
    assert project_root(downloads / "play.yaml") == downloads


def test_a_home_under_version_control_does_not_make_all_of_it_a_project(user_home: Path) -> None:
    (user_home / ".git").mkdir()
    (user_home.parent / ".git").mkdir()
    downloads = user_home / "downloads"
    downloads.mkdir()
    assert project_root(downloads) == downloads
    assert project_root(user_home) == user_home


def test_a_project_is_found_through_a_symbolic_link_where_it_really_is(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "agents").mkdir(parents=True)
    (tmp_path / "link").symlink_to(project)
    assert project_root(tmp_path / "link") == project


def test_folders_are_searched_from_the_project_to_the_built_in_ones(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "agents").mkdir(parents=True)
    (tmp_path / "config" / "agents").mkdir(parents=True)
    assert search_folders("agents", project) == (
        Folder("project", project / "agents"),
        Folder("user", tmp_path / "config" / "agents"),
        Folder("built in", content_root() / "agents"),
    )


def test_folders_that_are_not_there_are_left_out_and_none_comes_twice(tmp_path: Path) -> None:
    assert [folder.origin for folder in search_folders("agents", tmp_path)] == ["built in"]
    assert [folder.origin for folder in search_folders("agents", content_root())] == ["built in"]
