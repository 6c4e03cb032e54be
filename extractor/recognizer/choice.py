"""Which model reads which alphabet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from extractor.alphabet import short, symbols
from extractor.errors import ModelError
from extractor.recognizer.base import Recognizer
from extractor.recognizer.card import CARD, MARK_CLASSES, SHIPPED, read_card
from extractor.recognizer.ctc import CTC_FOLDER, SECOND_CTC_FOLDER, CtcRecognizer
from extractor.recognizer.engines import load_ctc, load_recognizer
from extractor.recognizer.learned import Learned, read_learned
from extractor.recognizer.second_reader import SecondReader, second_reader
from extractor.template import Template


def shipped_models() -> tuple[Path, ...]:
    """The folders of the models that come with the program, the digits first."""
    others = sorted(path.parent for path in SHIPPED.parent.glob(f"*/{CARD}") if path.parent != SHIPPED)
    return (SHIPPED, *others)


def model_for(alphabet: str, own: Sequence[Path] = ()) -> Path:
    """The first of the model folders `own`, and then of the shipped ones, whose alphabet is `alphabet` (`A-Z`).

    Raises ModelError where there is none, or where a folder of `own` holds no model.
    """
    wanted = symbols(alphabet)
    known = []
    for folder in (*own, *shipped_models()):
        has = tuple(sorted(read_card(folder).alphabet))
        if has == wanted:
            return folder
        known.append(short(has))
    raise ModelError(
        f"No model reads the alphabet {alphabet}, only {' and '.join(dict.fromkeys(known))}; name one of these "
        "(a format's 'pattern' or 'values' narrow it down), or a model of your own under 'models'."
    )


@dataclass(frozen=True, eq=False)
class Model:
    """All that reads one alphabet: `symbols` one by one, and strings whole where there is a `ctc` network for them;
    `second_ctc` sees every other view of them. `learned` is what a form's own answers have taught."""

    symbols: Recognizer
    ctc: CtcRecognizer | None = None
    second_ctc: CtcRecognizer | None = None
    learned: Learned | None = None

    @property
    def alphabet(self) -> tuple[str, ...]:
        """The symbols that it reads, without the classes of marks."""
        return self.symbols.classes[: -len(MARK_CLASSES)]

    @property
    def reads_digits(self) -> bool:
        """Whether its alphabet is the ten digits."""
        return self.alphabet == tuple("0123456789")


def load_model(folder: Path = SHIPPED, engine: str = "litert") -> Model:
    """The model in `folder` on `engine`, ready to read. Load it in the process that uses it. Raises ModelError."""
    ctc, second_ctc = (load_ctc(folder, engine, name=name) for name in (CTC_FOLDER, SECOND_CTC_FOLDER))
    if second_ctc is not None and (ctc is None or not set(ctc.classes) <= set(second_ctc.classes)):
        raise ModelError(f"The second CTC network in {folder} lacks symbols that the first one knows; train it again.")
    return Model(load_recognizer(folder, engine), ctc, second_ctc, read_learned(folder))


class Recognizers:
    """Models on `engine`, each loaded when it is first asked for, and once; the second reader beside them where it is
    installed, unless `second` says otherwise."""

    def __init__(self, engine: str = "litert", *, second: bool = True) -> None:
        self._engine = engine
        self._second = second
        self._loaded: dict[Path, Model] = {}

    def of(self, folder: Path) -> Model:
        """The model in `folder`, ready to read. Raises ModelError."""
        if folder not in self._loaded:
            self._loaded[folder] = load_model(folder, self._engine)
        return self._loaded[folder]

    def second(self) -> SecondReader | None:
        """The second reader, loaded; None where there is none. Raises ModelError."""
        return second_reader() if self._second else None

    def for_fields(
        self, forms: Sequence[Template], given: Path | None = None, versions: Mapping[str, Path] | None = None
    ) -> dict[tuple[str, str], Model]:
        """The model for each form's name and each alphabet of its fields: the model `given` first, then that of
        `versions`, by the form's name, then those that the form names, then the shipped ones. Raises ModelError, also
        where nothing has a use for `given`."""
        learned = versions or {}
        folders = {
            (form.form, field.alphabet): model_for(
                field.alphabet,
                (
                    *([given] if given else []),
                    *([learned[form.form]] if form.form in learned else []),
                    *form.model_paths,
                ),
            )
            for form in forms
            for field in form.all_fields
        }
        if given and forms and given not in folders.values():
            alphabet = short(read_card(given).alphabet)
            raise ModelError(f"The model in {given} reads {alphabet}, and no field of the template has that alphabet.")
        return {key: self.of(folder) for key, folder in folders.items()}


def models_of(form: Template, given: Path | None = None) -> tuple[Path, ...]:
    """The folders of all models that read `form`. Raises ModelError."""
    own = (*([given] if given else []), *form.model_paths)
    return tuple(dict.fromkeys(model_for(field.alphabet, own) for field in form.all_fields))
