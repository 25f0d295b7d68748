"""What is on the stage is made into a file by another process, and the show goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from app.journal.recording import read_recording
from app.tui.app import Opening, Theatre
from app.tui.filed import Filed, tour
from app.tui.remembered import Remembered
from app.tui.screens.choosing import Choosing
from app.tui.screens.stage import Stage
from tui.staging import until


async def test_a_file_is_made_of_what_is_on_the_stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    house = Theatre(Opening(remembered=Remembered()))
    async with house.run_test(size=(100, 30), notifications=True) as pilot:
        stage = Stage(Filed(read_recording(tour())), "theatrical")
        await house.push_screen(stage)
        await until(lambda: stage.playhead.length is not None)
        await pilot.press("e")
        await until(lambda: isinstance(house.screen, Choosing))
        await pilot.press("t")
        await until(lambda: any(tmp_path.glob("*.csv")))
        await until(lambda: any(".csv" in said.message for said in house._notifications), "it says where the file is")
        assert house.screen is stage
    (made,) = tmp_path.iterdir()
    assert made.read_text().startswith("run,")


async def test_leaving_ends_what_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    begun: list[asyncio.subprocess.Process] = []
    begin = asyncio.create_subprocess_exec

    async def noticed(*words: str, **more: Any) -> asyncio.subprocess.Process:
        begun.append(process := await begin(*words, **more))
        return process

    monkeypatch.setattr(asyncio, "create_subprocess_exec", noticed)
    house = Theatre(Opening(remembered=Remembered()))
    async with house.run_test(size=(100, 30)) as pilot:
        stage = Stage(Filed(read_recording(tour())), "theatrical")
        await house.push_screen(stage)
        await until(lambda: stage.playhead.length is not None)
        await pilot.press("e")
        await until(lambda: isinstance(house.screen, Choosing))
        await pilot.press("t")
        await until(lambda: bool(begun))
    (process,) = begun
    assert process.returncode is not None
