"""Whether a model of an XGBoost newer than the newest known has the form known here.

What a newer version computes otherwise, it mostly also stores otherwise: 3.3 put the
weights of DART elsewhere, under the name of a booster without them, and 3.4 elsewhere
again; a reader that passes over what it does not know would have added the trees up
without. So every key must be known. What is computed otherwise from the same keys cannot be seen (3.4 began
to sort quantiles): so the objective, too, must be one whose answers were made by the same
formula in every version since 1.0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TREE = {
    "base_weights": None,
    "categories": None,
    "categories_nodes": None,
    "categories_segments": None,
    "categories_sizes": None,
    "default_left": None,
    "id": None,
    "left_children": None,
    "loss_changes": None,
    "parents": None,
    "right_children": None,
    "split_conditions": None,
    "split_indices": None,
    "split_type": None,
    "sum_hessian": None,
    "tree_param": dict.fromkeys(
        ("num_deleted", "num_feature", "num_nodes", "size_leaf_vector")
    ),
}
_FORM = {
    "version": None,
    "learner": {
        "attributes": None,  # which are the user's
        "feature_names": None,
        "feature_types": None,
        "gradient_booster": {
            "name": None,
            "model": {
                "cats": {
                    "enc": {"offsets": None, "type": None, "values": None},
                    "feature_segments": None,
                    "sorted_idx": None,
                },
                "gbtree_model_param": dict.fromkeys(("num_parallel_tree", "num_trees")),
                "iteration_indptr": None,
                "tree_info": None,
                "trees": _TREE,
                "weight_drop": None,
            },
        },
        "learner_model_param": dict.fromkeys(
            (
                "base_score",
                "boost_from_average",
                "num_class",
                "num_feature",
                "num_target",
            )
        ),
        "objective": {
            "name": None,
            "poisson_regression_param": {"max_delta_step": None},
            "reg_loss_param": {"scale_pos_weight": None},
            "softmax_multiclass_param": {"num_class": None},
            "tweedie_regression_param": {"tweedie_variance_power": None},
        },
    },
}
_OBJECTIVES = {
    "binary:logistic",
    "reg:logistic",
    "reg:squarederror",
    "reg:gamma",
    "reg:tweedie",
    "count:poisson",
    "multi:softprob",
    "multi:softmax",
}


def has_known_form(model: Mapping[str, Any]) -> bool:
    """Whether there is nothing in a model that the newest known version does not write."""
    learner = model.get("learner")
    objective = learner.get("objective") if isinstance(learner, Mapping) else None
    name = objective.get("name") if isinstance(objective, Mapping) else None
    if not isinstance(name, str) or name not in _OBJECTIVES:
        return False
    todo: list[tuple[Any, Any]] = [(model, _FORM)]
    while todo:
        value, form = todo.pop()
        if form is None:
            continue
        for part in value if isinstance(value, list) else [value]:
            if not isinstance(part, Mapping) or not part.keys() <= form.keys():
                return False
            todo += [(part[key], form[key]) for key in part]
    return True
