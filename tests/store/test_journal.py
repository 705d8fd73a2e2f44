"""Edits: an overlay that can be undone, and a journal that remembers every state."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from workbench.core.errors import ProjectError
from workbench.core.samples import Samples
from workbench.store.project import Change, Project

MakeSamples = Callable[..., Samples]


@pytest.fixture
def dataset(project: Project, make_samples: MakeSamples) -> str:
    return project.add_dataset(make_samples(), {})


def test_edits_are_read_back_over_what_the_folder_says(project: Project, dataset: str) -> None:
    assert project.overlay(dataset) == {}
    assert project.label_state() == 0
    changes = [Change(0, "label", "dog"), Change(2, "label", "cat")]
    position = project.edit(dataset, "relabel", "Relabel 2 pictures", changes)
    project.edit(dataset, "exclude", "Exclude 1 picture", [Change(2, "excluded", "yes")], {"why": "blurred"})
    assert project.overlay(dataset) == {0: {"label": "dog"}, 2: {"label": "cat", "excluded": "yes"}}
    assert project.overlay(dataset, position) == {0: {"label": "dog"}, 2: {"label": "cat"}}
    assert [(e.kind, e.sentence, e.payload) for e in project.edits()] == [
        ("relabel", "Relabel 2 pictures", {}),
        ("exclude", "Exclude 1 picture", {"why": "blurred"}),
    ]


def test_edits_survive_closing_and_so_does_undo(project: Project, dataset: str) -> None:
    project.edit(dataset, "relabel", "Relabel 1 picture", [Change(1, "label", "dog")])
    project.edit(dataset, "relabel", "Relabel 1 picture", [Change(1, "label", None)])
    project.close()
    with Project.open(project.path) as opened:
        assert opened.overlay(dataset) == {}
        entry = opened.undo_last()
        assert entry is not None
        assert (entry.kind, entry.undoes, entry.sentence) == ("undo", 2, "Relabel 1 picture")
        assert opened.overlay(dataset) == {1: {"label": "dog"}}
        assert [e.undone for e in opened.edits()] == [False, True, False]


def test_what_was_undone_can_be_redone_until_something_else_is_done(project: Project, dataset: str) -> None:
    for label in ("a", "b", "c"):
        project.edit(dataset, "relabel", label, [Change(0, "label", label)])
    project.undo_last()
    project.undo_last()
    assert project.overlay(dataset) == {0: {"label": "a"}}
    redone = project.redo_last()
    assert redone is not None
    assert redone.sentence == "b"
    project.edit(dataset, "note", "d", [Change(0, "note", "d")])
    assert project.redo_last() is None
    assert project.overlay(dataset) == {0: {"label": "b", "note": "d"}}
    for _ in range(3):
        assert project.undo_last() is not None
    assert project.undo_last() is None
    assert project.overlay(dataset) == {}


def test_every_position_of_the_journal_names_its_state_for_good(project: Project, dataset: str) -> None:
    chosen = random.Random(0)
    states = {0: project.overlay(dataset)}
    for step in range(60):
        action = chosen.choice(["edit", "edit", "undo", "redo"])
        if action == "edit":
            changes = [
                Change(chosen.randrange(4), chosen.choice(["label", "flag"]), chosen.choice([None, "a", "b"]))
                for _ in range(chosen.randint(1, 3))
            ]
            project.edit(dataset, "relabel", str(step), changes)
        elif action == "undo":
            project.undo_last()
        else:
            project.redo_last()
        states[project.label_state()] = project.overlay(dataset)
    assert len(states) > 40
    for position, state in states.items():
        assert project.overlay(dataset, position) == state


def test_edits_follow_the_picture_into_a_data_set_that_has_grown(
    project: Project, make_samples: MakeSamples, dataset: str
) -> None:
    project.edit(dataset, "relabel", "Relabel", [Change(2, "label", "cat"), Change(3, "note", "look")])
    old = make_samples()
    grown = make_samples(
        paths=("cat/0.png", *old.paths[:3]),
        content=("e" * 32, *old.content[:2], "changed"),  # the last one is another picture now
    )
    assert project.overlay(project.add_dataset(grown, {})) == {}
    grown = make_samples(paths=("cat/0.png", *old.paths[:3]), content=("e" * 32, *old.content[:3]))
    assert project.overlay(project.add_dataset(grown, {})) == {3: {"label": "cat"}}


def test_an_edit_of_no_picture_changes_nothing(project: Project, dataset: str) -> None:
    with pytest.raises(ProjectError, match="has no picture 4"):
        project.edit(dataset, "relabel", "x", [Change(0, "label", "dog"), Change(4, "label", "dog")])
    assert project.overlay(dataset) == {}
    assert project.edits() == ()
