"""What an operator can mend."""


class OperatorError(Exception):
    """The hub cannot go on as it is; ``what`` says why, ``advice`` what to do."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what}\n{self.advice}".strip()
