"""How a batch multiplies a scenario: what it varies, how often, and what is compared."""

# Annotations are evaluated here, once: as strings they would be read again for every class that inherits them.
from typing import Annotated, Any, Self

from pydantic import model_validator

from app.document.values import ID_PATTERN, Section, key, mistake, shaped

Axis = Annotated[
    str,
    shaped(
        rf"{ID_PATTERN}([./]{ID_PATTERN})*",
        "is nothing that can be varied",
        "a name of your own, an input, agents.NAME.model, agents.NAME.card, agents.NAME.mode or STEP.prompt",
    ),
]


class Strategy(Section):
    """How a batch multiplies this scenario; a single run takes the first of everything."""

    matrix: dict[Axis, list[Any]] = key(
        {},
        says="Values to combine: names of your own for `${{ matrix }}`, inputs, or what is to be otherwise, such as "
        "agents.NAME.model, agents.NAME.card, agents.NAME.mode and STEP.prompt.",
        example="{market: [DE, FR], agents.host.model: [smart, quick]}",
        max_length=16,
    )
    include: list[dict[Axis, Any]] = key(
        [], says="Cells to add.", example="[{market: JP, tone: formal}]", max_length=1000
    )
    exclude: list[dict[Axis, Any]] = key(
        [], says="Cells to leave out.", example="[{market: FR, tone: warm}]", max_length=1000
    )
    repeat: int = key(1, says="Runs of each cell.", example="5", ge=1, le=10_000)
    seed: int = key(0, says="The seed of the first run; each repeat adds one.", example="7", ge=0, le=2**31)
    max_parallel: int | None = key(None, says="Runs at the same time.", example="4", ge=1, le=1000)
    compare: Axis | None = key(
        None,
        says="The name in matrix whose values are held against each other, pair by pair; the first is the control.",
        example="agents.host.model",
    )

    @model_validator(mode="after")
    def _cells(self) -> Self:
        for name, values in self.matrix.items():
            if not values:
                raise mistake("matrix", f'"{name}" has no values', "give it a list of at least one", at="matrix")
        for index, cell in enumerate(self.exclude):
            if unknown := [name for name in cell if name not in self.matrix]:
                from app.document.suggest import did_you_mean

                raise mistake(
                    "matrix",
                    f'exclude {index + 1} names "{unknown[0]}", which is not in matrix',
                    did_you_mean(unknown[0], self.matrix),
                    at="exclude",
                )
        if self.compare is not None and self.compare not in self.matrix:
            from app.document.suggest import did_you_mean

            told = f'"{self.compare}" is not in matrix, so there is nothing to compare'
            raise mistake("matrix", told, did_you_mean(self.compare, self.matrix), at="compare")
        return self

    @property
    def own(self) -> dict[str, list[Any]]:
        """The names that `${{ matrix }}` has: all but addresses."""
        return {name: values for name, values in self.matrix.items() if not set(name) & set("./")}
