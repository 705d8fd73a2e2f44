"""Recipes checked against the parts that exist."""

from __future__ import annotations

import pytest

from workbench.core.errors import RecipeError
from workbench.experiment import parse_recipe

DATA = {"kind": "folder", "path": "pictures"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"heads": [{"name": "linear"}, {"name": "lineer"}]}, "heads.1.name: no head is called 'lineer'"),
        ({"heads": [{"name": "svm"}]}, "heads.0.name: head 'svm' is planned but not in this version"),
        ({"policy": {"name": "gradual"}}, "policy.name: policy 'gradual' is planned but not in this version"),
        ({"policy": {"name": "evrything"}}, "policy.name: no policy is called 'evrything'; did you mean"),
    ],
)
def test_a_wrong_name_is_named_with_its_place(values: dict[str, object], said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_recipe({"data": DATA, **values})
    assert str(caught.value).startswith(said)
