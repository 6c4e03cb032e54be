"""What `formdigits learn` and the web page's button do: a version of a model from the answers on a job."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from extractor.errors import ExitCode, InputError
from extractor.recognizer.choice import model_for
from extractor.template import Template, TemplateField
from formdigits.messages import counted, hushed, say
from training.corrections import Correction, LearnSettings, Lesson, TuneSettings, learn, parsed
from training.corrections.form_now import Told
from workers.database.jobs import find_job
from workers.database.review.corrections import corrections_of, line
from workers.database.store import Store, open_store
from workers.database.versions import ModelVersion, folder_of, keep_version, versions_of
from workers.home import home
from workers.job import Job
from workers.review.forms import Forms, forms_of

MOST_ANSWERS = 2000
"""Answers that are learned from at most, the last in the order of the pages: more take too long."""

LEARNING_S = 240.0
"""Seconds in which networks must be trained, so that all is done within five minutes."""


@dataclass(frozen=True)
class Learnt:
    """What was learned of one form: the `version` that reads it from now on, None where it was not better. So many
    answers were `left_out`, beyond those that are learned from at once."""

    form: str
    lesson: Lesson
    version: ModelVersion | None
    left_out: int = 0


def learn_command(job: str, *, name: str, by: str, networks: bool) -> ExitCode:
    """Learns, says how far it is and what came of it; 1 where nothing was better. Raises InputError, ModelError or
    ServiceError."""
    store = open_store()
    found = find_job(store, job)
    if found is None:
        raise InputError(f"There is no job {job}; 'formdigits jobs' lists those of the queue.")
    with hushed() as ours:
        last: list[str] = []

        def told(what: str, _share: float) -> None:
            if last != [what]:
                last[:] = [what]
                ours.write(f"{what} …\n")

        learnt = learn_from_job(store, found, told, name=name, by=by, networks=networks)
    for one in learnt:
        for sentence in in_sentences(one):
            say(sentence)
        for trouble in one.lesson.troubles[:5]:
            say(f"Left out: {trouble}")
    return ExitCode.DONE if any(one.version for one in learnt) else ExitCode.SOME_UNREAD


def learn_from_job(
    store: Store, job: Job, told: Told, *, name: str = "", by: str = "", networks: bool = True
) -> list[Learnt]:
    """Learns each form of the job from the answers on it, and puts what is better to use. Raises InputError where there
    is nothing to learn from, ModelError or ServiceError."""
    forms = forms_of(store, job.id)
    if not forms.templates:
        raise InputError(
            "Only jobs that were read by a template teach one; for others give 'formdigits train --corrections'."
        )
    rows = rows_of(store, forms, job.id)
    by_form = {form: [row for row in rows if row.form == form] for form in forms.templates}
    (home() / "learning").mkdir(exist_ok=True)
    found = []
    for form, answers in by_form.items():
        if not answers:
            continue
        out = Path(mkdtemp(prefix="run-", dir=home() / "learning"))
        try:
            learnt = partial(_learnt, store, job, forms.templates[form], answers[-MOST_ANSWERS:])
            one = learnt(out, told=told, name=name, by=by, networks=networks)
            found.append(replace(one, left_out=max(0, len(answers) - MOST_ANSWERS)))
        finally:
            shutil.rmtree(out, ignore_errors=True)
    return found


def rows_of(store: Store, forms: Forms, job: str) -> list[Correction]:
    """What people have answered on the job, ready to be learned from. Raises InputError where that is nothing."""
    settled = [line(one) for one in corrections_of(store, forms, job)]
    if not settled:
        raise InputError(f"Nobody has answered any field of job {job} yet; review it first.")
    return parsed(settled, f"Job {job}")


def fields_of(templates: Sequence[Template]) -> dict[tuple[str, str], TemplateField]:
    """The fields of `templates` by the names of form and field."""
    return {(form.form, field.name): field for form in templates for field in form.all_fields}


def figures_in_sentences(lesson: Lesson) -> list[str]:
    """How it read before and after, for people."""
    before, after = lesson.before, lesson.after
    said = [
        f"Of {counted(before.fields, 'answered field')} that it did not learn from, {after.right:,} are read right; "
        f"before it was {before.right:,}. Accepted are {after.accepted:,}, {after.wrong:,} of them wrong; before "
        f"it was {before.accepted:,}, {before.wrong:,} of them wrong.",
    ]
    if lesson.networks is not None and lesson.trained:
        then, now = lesson.networks.before, lesson.networks.after
        said.append(
            f"The networks were trained further. Of what is no form's they read {now.symbols_right:,} of "
            f"{now.symbols:,} digits and {now.lines_right:,} of {now.lines:,} strings; before it was "
            f"{then.symbols_right:,} and {then.lines_right:,}."
        )
    elif lesson.why:
        said.append(lesson.why)
    return said


def in_sentences(learnt: Learnt) -> list[str]:
    """What came of it, for people."""
    if learnt.version is None:
        end = "What was learned is not better, and was thrown away; answer more fields, and try again."
    else:
        end = f"Version {learnt.version.number} reads the form {learnt.form} in new jobs; an earlier one can take over."
    said = figures_in_sentences(learnt.lesson)
    if learnt.left_out:
        said.append(f"It learned from the last {MOST_ANSWERS:,} answers; the {learnt.left_out:,} before were left out.")
    return [*said, end]


def _learnt(
    store: Store,
    job: Job,
    form: Template,
    rows: Sequence[Correction],
    out: Path,
    *,
    told: Told,
    name: str,
    by: str,
    networks: bool,
) -> Learnt:  # fmt: skip
    used = next((one for one in versions_of(store, [form.form]) if one.used), None)
    own = [folder_of(store, used)] if used else []
    start = model_for("0-9", (*own, *form.model_paths))
    settings = LearnSettings(TuneSettings(out, start), job.options.accept, networks, LEARNING_S)
    lesson = learn(rows, settings, fields_of([form]), told)
    if lesson.folder is None:
        return Learnt(form.form, lesson, None)
    sizes = {Path(file).stat().st_size for file in {row.file for row in rows} if Path(file).is_file()}
    before = used.learned_from if used else {}
    taught = {
        "jobs": [*before.get("jobs", ()), job.id],
        "answers": before.get("answers", 0) + lesson.used,
        "pages": before.get("pages", 0) + lesson.pages,
        "sizes": sorted({*before.get("sizes", ()), *sizes}),
    }
    keep = partial(keep_version, store, form.form, lesson.folder)
    return Learnt(form.form, lesson, keep(name=name, by=by, figures=lesson.to_dict(), learned_from=taught))
