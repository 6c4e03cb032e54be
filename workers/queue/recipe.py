"""What a job's pages are read with, as it travels with the job: a template that is edited later changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
from contextlib import suppress
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from extractor.errors import TemplateError
from extractor.options import ReadMode, ReadOptions
from extractor.recognizer.choice import shipped_models
from extractor.recognizer.model_folder import fingerprint, model_files
from extractor.recognizer.second_reader import second_reader_file
from extractor.template import Template, load_template
from extractor.template.load import parse_yaml
from workers.database.connection import Database
from workers.database.recipes import files_of
from workers.home import home
from workers.job import Job


@dataclass(frozen=True)
class Recipe:
    """`files` are template files, their reference pictures and the models that they name, by names of their own;
    the first are called as `template_name` says. `forms` are as `form_keys` has them."""

    key: str
    options: ReadOptions
    files: dict[str, bytes]
    forms: dict[str, str] = field(default_factory=dict)


def template_name(number: int) -> str:
    """What the template of that number, from 0, is called in a recipe."""
    return f"{number}.yaml"


def make_recipe(options: ReadOptions) -> Recipe:
    """The recipe of these options, with their template files as they are now. Raises TemplateError."""
    files: dict[str, bytes] = {}
    for number, path in enumerate(options.templates):
        form = load_template(path)
        picture = form.reference_path
        try:
            content = Path(path).read_bytes()
            _, tree = parse_yaml(content.decode("utf-8"), path)
            if picture is not None:
                files[f"{number}{picture.suffix}"] = picture.read_bytes()
                tree["landmarks"]["reference"] = f"{number}{picture.suffix}"
            models = models_named(form, options)
            if models:
                tree["models"] = [_with_model(files, folder) for folder in models]
            if picture is not None or models:
                content = yaml.safe_dump(tree, sort_keys=False, allow_unicode=True).encode()
        except OSError as error:
            raise TemplateError(f"{error.filename} cannot be read ({error.strerror}); make it readable.") from None
        files[template_name(number)] = content
    identity: dict[str, Any] = {
        "version": version("formdigits"),
        "models": [fingerprint(folder) for folder in shipped_models()],
        "single_field": options.mode is ReadMode.SINGLE_FIELD,
        "accept": options.accept,
        "symbols": options.symbols,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in files.items()},
    }
    key = hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()
    return Recipe(key, options, files, form_keys(options))


def models_named(form: Template, options: ReadOptions) -> tuple[Path, ...]:
    """The folders of the models that read `form` before those that come with the program: that which was learned from
    its answers, and those that its template names."""
    return (*(Path(one.model) for one in options.versions if one.form == form.form), *form.model_paths)


def form_keys(options: ReadOptions) -> dict[str, str]:
    """By the name of each form, empty where there is no template, what its readings depend on: a hash of the template's
    content, its picture, and the models. Answers on one form count for another job where these are the same. Raises
    TemplateError."""
    models = [fingerprint(folder) for folder in shipped_models()]
    models += [fingerprint(Path(options.model))] if options.model else []
    shared = {"models": models, "second": second_reader_file() is not None, "mode": options.mode.value}
    if not options.templates:
        return {"": _digest(shared)}
    found = {}
    for path in options.templates:
        form = load_template(path)
        _, tree = parse_yaml(Path(path).read_text(encoding="utf-8"), path)
        picture = form.reference_path
        # Files may be called otherwise where the template was sent to a server.
        landmarks = {name: value for name, value in (tree.get("landmarks") or {}).items() if name != "reference"}
        found[form.form] = _digest(
            {
                **shared,
                "template": {
                    **tree,
                    "landmarks": landmarks,
                    "models": [fingerprint(one) for one in models_named(form, options)],
                },
                "picture": hashlib.sha256(picture.read_bytes()).hexdigest() if picture is not None else "",
            }
        )
    return found


def _digest(tree: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(tree, sort_keys=True, default=str).encode()).hexdigest()


def _with_model(files: dict[str, bytes], folder: Path) -> str:
    """Puts the model in `folder` among `files`; the name of its folder there. Raises ModelError."""
    found = model_files(folder)
    name = f"models/{fingerprint(folder)[:16]}"
    files.update({f"{name}/{path}": content for path, content in found.items()})
    return name


def unpacked(store: Database, job: Job) -> ReadOptions:
    """How the job is read on this machine: the templates are those of its recipe, put into this machine's `home()`
    where missing. Without a recipe they are where they were. Raises ServiceError."""
    if job.recipe is None:
        return job.options
    folder = put_files(store, job.recipe, home() / "recipes" / job.recipe)
    templates = (str(folder / template_name(number)) for number in range(len(job.options.templates)))
    # The templates of a recipe name the models that were learned.
    return replace(job.options, templates=tuple(templates), versions=())


def put_files(store: Database, key: str, folder: Path) -> Path:
    """`folder`, with the files that are kept under `key` put there where it is missing. Raises ServiceError."""
    if not folder.is_dir():
        found = files_of(store, key)
        folder.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(prefix=f"{key[:8]}-", dir=folder.parent) as draft:
            for name, content in found.items():
                (Path(draft) / name).parent.mkdir(parents=True, exist_ok=True)
                (Path(draft) / name).write_bytes(content)
            # Whole at once; where another process was first, its folder holds the same.
            with suppress(OSError):
                shutil.copytree(draft, f"{draft}.whole")
                Path(f"{draft}.whole").rename(folder)
            shutil.rmtree(f"{draft}.whole", ignore_errors=True)
    return folder
