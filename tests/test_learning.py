"""Forms that are learned: what answers teach, what they may not change, and which version reads what."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pytest

from extractor.decoding import Decoded
from extractor.decoding.ctc_search import Transcript
from extractor.decoding.meaning import Meaning
from extractor.decoding.second_opinion import Word, word_of
from extractor.decoding.value_choice import chosen
from extractor.errors import InputError, ModelError
from extractor.options import FormVersion, ReadOptions
from extractor.recognizer.card import SHIPPED
from extractor.recognizer.learned import LEARNED, Choice, Learned, Usual, learned_of, read_learned
from extractor.recognizer.model_folder import cards_of
from extractor.recognizer.second_reader import Weights, second_reader_file
from extractor.template import Format
from formdigits.actions.learn import MOST_ANSWERS, Learnt, in_sentences
from formdigits.web.jobs.learning import LearningForms
from tests.conftest import ROOT
from tests.reviewed_job import job_of_pages
from tests.test_evaluation import written
from tests.test_promises import READS, answered, readings
from training.corrections import Correction, LearnSettings, TuneSettings, learn
from training.corrections.form_fit import HELD_CHOICE, Tally
from training.corrections.learn import Lesson, is_better
from training.logistic import choice_weights
from workers.database.review.evidence import evidence_of, promise_for
from workers.database.review.plans import set_plan
from workers.database.store import Store, open_store
from workers.database.versions import ModelVersion, keep_version, use_version, versions_of, with_versions
from workers.queue.recipe import form_keys, make_recipe
from workers.review.promise import in_words

LETTERS = SHIPPED.parent / "letters"
TALLY = ROOT / "samples" / "templates" / "tally.yaml"
PLAIN = Weights(1.0, 0.7, 1.7, 0.5, 0.3, 1.6)
BOTH = Learned(Choice(ours=1.0, other=1.0), PLAIN)
USUALLY_FOUR = replace(
    BOTH, choice=Choice(ours=1.0, other=0.0, usual=1.0), usual={"": Usual(100, {4: 100}, {"4107": 90})}, repeated=0.9
)
FIGURES = {
    "before": {"right": 1, "accepted": 1, "wrong": 0},
    "after": {"right": 2, "accepted": 2, "wrong": 0},
    "fields": 3,
    "trained": False,
}


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url)
    yield opened
    opened.close()


def choose(ours: dict[str, float], other: dict[str, float], learned: Learned) -> Decoded:
    """What is chosen of the values that our networks and the other reader give so much, where ours come best first."""
    first = next(iter(ours))
    seen = [Transcript(text, math.log(p), ()) for text, p in ours.items()]
    word = Word(next(iter(other), ""), next(iter(other), ""), other, texts={(one, True): one for one in other})
    before = Decoded(Meaning(value=first), first, ours[first], ())
    usualness = partial(learned.usualness, "value")
    return chosen(
        before, Word(first, first, ours), word, seen, form=Format(), choice=learned.choice, usualness=usualness
    )


def test_another_value_is_taken_where_both_readers_speak_for_it() -> None:
    found = choose({"4101": 0.5, "4107": 0.4}, {"4107": 0.9, "4101": 0.01}, BOTH)
    assert (found.meaning.value, found.written) == ("4107", "4107")
    assert choose({"4101": 0.5, "4107": 0.4}, {"4101": 0.9}, BOTH).meaning.value == "4101"


@pytest.mark.parametrize("learned", [BOTH, USUALLY_FOUR])
def test_clear_ink_stays_and_what_is_not_in_the_ink_is_never_said(learned: Learned) -> None:
    assert choose({"4101": 0.96, "4107": 0.03}, {"4107": 1.0}, learned).meaning.value == "4101"
    assert choose({"4101": 0.7, "4102": 0.2, "4107": 0.0005}, {"4107": 1.0}, learned).meaning.value != "4107"
    assert choose({"4101": 0.7, "4102": 0.2}, {"4107": 1.0}, learned).meaning.value != "4107"
    assert choose({"4101": 0.5, "4102": 0.2}, {"4107": 0.2}, learned).meaning.value != "4107"


def test_where_our_networks_are_at_a_loss_the_other_reader_may_be_right_alone() -> None:
    found = choose({"4.101": 0.02, "4102": 0.01}, {"4107": 0.9}, BOTH)
    assert (found.meaning.value, found.written) == ("4107", "4107")


def test_a_mark_that_both_readers_see_is_kept_for_a_person_to_see() -> None:
    seen = [Transcript("614", math.log(0.6), ()), Transcript("6/4", math.log(0.3), ())]
    ours, other = word_of(seen, Format()), word_of([Transcript("6/4", math.log(0.95), ())], Format())
    before = Decoded(Meaning(value="614"), "614", 0.9, ())
    found = chosen(before, ours, other, seen, form=Format(), choice=BOTH.choice)
    assert (found.written, found.meaning.value) == ("6/4", "64")
    assert "'/'" in found.meaning.problem


def test_what_is_usual_decides_between_what_the_ink_allows() -> None:
    assert choose({"4101": 0.5, "4107": 0.3}, {"4101": 0.5}, USUALLY_FOUR).meaning.value == "4107"
    assert choose({"41070": 0.5, "4102": 0.4}, {"4102": 0.5}, USUALLY_FOUR).meaning.value == "4102"


def test_few_answers_change_little_and_many_are_followed() -> None:
    around = np.array([1.0, 0.0, 0.0])
    # The other reader is right where ours is wrong.
    row = np.array([[-0.1, -4.0, 0.0], [-2.0, -0.1, 0.0]])
    assert (choice_weights([], [], around, HELD_CHOICE) == around).all()
    few, many = (choice_weights([row] * count, [1] * count, around, HELD_CHOICE) for count in (1, 100))
    assert np.abs(few - around).max() < 0.5
    assert (row @ many).argmax() == 1


def test_what_was_learned_is_kept_beside_the_card_and_is_part_of_the_model(tmp_path: Path) -> None:
    assert learned_of(json.loads(json.dumps(USUALLY_FOUR.to_dict()))) == USUALLY_FOUR
    assert read_learned(tmp_path) is None
    for bad in ("[]", "{}", "no JSON", json.dumps({**BOTH.to_dict(), "repeated": math.inf})):
        (tmp_path / LEARNED).write_text(bad, encoding="utf-8")
        with pytest.raises(ModelError, match="learn again"):
            read_learned(tmp_path)
    assert tmp_path / LEARNED in cards_of(tmp_path)


def test_better_is_what_saves_people_work_without_one_more_wrong() -> None:
    before = Tally(100, 80, 40, 1)
    assert is_better(Tally(100, 85, 40, 1), before)
    assert not is_better(Tally(100, 95, 80, 2), before)
    assert not is_better(Tally(100, 81, 39, 0), before)


@pytest.mark.skipif(second_reader_file() is None, reason="the second reader is not installed")
def test_pages_are_compared_by_what_others_teach(tmp_path: Path) -> None:
    rows = []
    for number, text in enumerate(["4107", "1740", "7041", "4071"] * 3):
        image = written(text)
        cv2.imwrite(str(tmp_path / f"{number}.png"), image)
        high, wide = image.shape
        quad = ((0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high)))
        rows.append(Correction(str(tmp_path / f"{number}.png"), 1, "", "value", None, quad, "", text))
    told: list[str] = []
    settings = LearnSettings(TuneSettings(tmp_path / "run"), networks=False)
    lesson = learn(rows, settings, told=lambda what, _: told.append(what))
    assert (lesson.used, lesson.pages, lesson.before.fields, lesson.after.fields) == (12, 12, 12, 12)
    assert told
    assert (lesson.folder is not None) == is_better(lesson.after, lesson.before)
    # All on one page: nothing could be compared.
    with pytest.raises(InputError, match="from several pages"):
        learn([replace(row, file=rows[0].file, field=f"f{n}") for n, row in enumerate(rows)], settings)


def kept(store: Store, sizes: tuple[int, ...] = ()) -> ModelVersion:
    taught = {"jobs": ["j"], "answers": 3, "pages": 1, "sizes": list(sizes)}
    return keep_version(store, "polling-tally", LETTERS, name="", by="Ann", figures=FIGURES, learned_from=taught)


def test_jobs_are_read_by_the_version_in_use_and_there_is_a_way_back(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORMDIGITS_HOME", str(tmp_path))
    plain = ReadOptions.of([TALLY])
    kept(store)
    assert kept(store).number == 2
    options = with_versions(store, plain, ["polling-tally", "other"])
    [version] = options.versions
    assert (version.form, version.number) == ("polling-tally", 2)
    assert (Path(version.model) / "card.json").read_bytes() == (LETTERS / "card.json").read_bytes()
    assert ReadOptions.from_dict(options.to_dict()) == options
    # Another version is another job, takes the model along, and other answers count for it.
    before, now = make_recipe(plain), make_recipe(options)
    assert before.key != now.key
    assert any(name.endswith("model.tflite") for name in now.files)
    assert form_keys(plain) != form_keys(options)
    # A model that somebody names goes before.
    assert with_versions(store, replace(plain, model="mine"), ["polling-tally"]).versions == ()
    use_version(store, "polling-tally", 1)
    assert [one.number for one in versions_of(store) if one.used] == [1]
    use_version(store, "polling-tally", 0)
    assert with_versions(store, plain, ["polling-tally"]) == plain
    with pytest.raises(InputError, match="no version 3"):
        use_version(store, "polling-tally", 3)


def test_answers_to_another_version_do_not_count_and_neither_do_pages_learned_from(store: Store) -> None:
    for reads in (READS, "another version"):
        job = job_of_pages(store, readings(200, lambda _: 0.999), "form", reads=reads)
        set_plan(store, job.id, second=False, sample=1)
        answered(store, job.id)
    promise = promise_for(store, {"form": READS}, 0.02, 0.99)
    assert (promise.held, promise.answers, promise.elsewhere) == (True, 200, 200)
    assert "(200 more do not count" in in_words(promise)
    # The documents of these jobs have one byte.
    taught = {"jobs": [], "answers": 1, "pages": 1, "sizes": [1]}
    keep_version(store, "form", LETTERS, name="", by="", figures=FIGURES, learned_from=taught)
    version = ReadOptions(versions=(FormVersion("form", 1, "/models"),))
    assert len(evidence_of(store, READS).answers.drawn) == 200
    job = store.create("key", version, [], forms={"form": "learned"})
    assert job.options.versions == version.versions
    read = job_of_pages(store, readings(50, lambda _: 0.999), "form", reads="learned")
    set_plan(store, read.id, second=False, sample=1)
    answered(store, read.id)
    assert len(evidence_of(store, "learned").answers.drawn) == 0


def test_learning_from_a_job_without_answers_says_so(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setenv("FORMDIGITS_HOME", str(tmp_path))
    monkeypatch.setenv("FORMDIGITS_DATABASE_URL", database_url)
    job = job_of_pages(store, readings(2, lambda _: 0.999), "polling-tally", template=str(TALLY))
    learning = LearningForms()
    learning.start()
    learning.ask(job.id, "Ann")
    while not (now := learning.of(job.id)) or not now.over:
        time.sleep(0.05)
    learning.stop()
    assert "Nobody has answered" in now.problem


def test_answers_that_were_too_many_are_told_of() -> None:
    lesson = Lesson(None, Tally(9, 5, 5, 0), Tally(9, 6, 6, 0), MOST_ANSWERS, 40)
    assert any(
        "2,000 answers; the 3 before were left out" in line for line in in_sentences(Learnt("f", lesson, None, 3))
    )
    assert not any("left out" in line for line in in_sentences(Learnt("f", lesson, None)))
