"""Attributes of a file that stand in the way of what a class itself defines.

Python looks for ``scaler.transform`` among the attributes of the object first. So a file
that sets it has the model answer by something else than the method, and what it answers
is not in any table. No class sets an attribute of such a name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedModel
from ..read.records import Record

_PACKAGES = frozenset(
    "sklearn _loss imblearn xgboost lightgbm catboost _catboost".split()
)
#: Methods, and attributes of classes, of what is compiled and of its bases, in
#: scikit-learn 0.18 to 1.9. Left away are names that some class gives its instances.
_METHODS = frozenset("""
    _SUPPORTED_LOSS _add_prefix_for_feature_names_out _allocate_parameter_mem
    _bin_data _boost _boost_discrete _boost_real _box_cox_inverse_tranform
    _box_cox_optimize _build_f _build_request_for_signature _build_y
    _call_func_on_transformers _can_fit_transform _can_inverse_transform
    _can_transform _check_X _check_array _check_categorical_features
    _check_categories _check_early_stopping_loss _check_early_stopping_scorer
    _check_feature_names _check_fit_data _check_fit_params
    _check_get_feature_name_combiner _check_infrequent_enabled _check_initialized
    _check_input _check_input_data_shape _check_input_parameters _check_inputs
    _check_interaction_cst _check_inverse_transform _check_is_fitted
    _check_max_features _check_method_params _check_n_features _check_params
    _check_pos_label _check_predict_proba _check_refit_for_multimetric _check_voting
    _clear_state _clone_final_estimator _collect_probas _combinations
    _compute_chunked_score_samples _compute_drop_idx
    _compute_missing_values_in_feature_mask _compute_n_features_outs
    _compute_oob_predictions _compute_partial_dependence_recursion
    _compute_proba_from_decision _compute_score_samples
    _compute_transformed_categories _concatenate_indicator
    _concatenate_indicator_feature_names_out _concatenate_predictions
    _decision_function _dense_fit _encode_y _estimator_type _factory_args
    _finalize_sample_weight _fit _fit_encoding_binary_or_continuous
    _fit_encoding_multiclass _fit_encodings_all _fit_indicator
    _fit_infrequent_category_mapping _fit_regressor _fit_stage _fit_stages
    _fit_transform _fit_transformer _format_results _generate_candidate_params
    _get_best_new_feature _get_best_new_feature_score _get_curve_scorer
    _get_default_requests _get_doc_link _get_empty_routing _get_estimator
    _get_estimators_indices _get_feature _get_feature_name_out_for_transformer
    _get_function_name _get_gram _get_learning_rate_type _get_loss
    _get_loss_function _get_median_predict _get_metadata_for_step
    _get_metadata_request _get_missing_features_info _get_oob_predictions
    _get_param_iterator _get_param_names _get_params _get_penalty_type
    _get_pos_label _get_predictions _get_regressor _get_remainder_cols
    _get_remainder_cols_dtype _get_response_method _get_routed_params_for_fit
    _get_scorer _get_scorers _get_small_trainset _get_support_mask _get_tags
    _handle_deprecations _has_valid_type _hstack _identify_infrequent
    _init_decision_function _init_state _inverse_transform _is_fitted
    _is_initialized _is_multitask _iter _legacy_fit_transform _legacy_transform
    _log_marginal_likelihood _log_message _make_estimator _make_selector
    _make_validation_score_cb _make_validation_split _map_drop_idx_to_infrequent
    _map_infrequent_categories _method_name _more_tags _more_validate_params
    _num_combinations _parallel_args _parallel_func _parameter_constraints
    _partial_fit _predict _predict_iterations _predict_proba _predict_proba_lr
    _prepare_data _preproc _preprocess_X _print_iteration_stats _prune_tree
    _raw_predict _raw_predict_init _raw_prediction_to_decision
    _raw_prediction_to_proba _record_output_indices _remove_dropped_categories
    _replace_estimator _repr_html_inner _repr_mimebundle_ _required_parameters
    _reset _resize_state _run_search _score _score_samples _score_to_decision
    _score_to_proba _score_with_raw_predictions _select_best_index
    _select_proba_binary _set_deprecated _set_drop_idx _set_intercept
    _set_max_features _set_oob_score _set_oob_score_and_attributes _set_params
    _should_stop _sk_visual_block_ _sk_visual_block_with_final_estimator _sparse_fit
    _staged_decision_function _staged_raw_predict _support_missing_values _transform
    _transform_X_ordinal _transform_col _transform_indicator _transform_new
    _update_coef_ _update_fitted_transformers _update_terminal_region
    _update_transformer_list _validate_X_predict _validate_column_callables
    _validate_data _validate_estimator _validate_estimators _validate_features
    _validate_final_estimator _validate_input _validate_keywords _validate_n_bins
    _validate_names _validate_output _validate_parameters _validate_params
    _validate_remainder _validate_sample_weight _validate_steps
    _validate_transformer_weights _validate_transformers _validate_y
    _validate_y_class_weight _warn_mae_for_criterion _warn_overlap
    _yeo_johnson_inverse_transform _yeo_johnson_optimize _yeo_johnson_transform
    apply check_init_estimator compute_partial_dependence constant_to_optimal_zero
    cost_complexity_pruning_path decision_function decision_path densify derivative
    fit fit_intercept_only fit_predict fit_transform from_scorer
    get_baseline_prediction get_depth get_feature_names get_feature_names_out
    get_init_raw_predictions get_max_depth get_metadata_routing get_n_leaf_nodes
    get_n_leaves get_params get_support gradient_hessian gradient_proba
    in_y_pred_range in_y_true_range init_estimator init_gradient_and_hessian
    init_gradients_and_hessians inverse_derivative inverse_transform is_satisfied_by
    loss_gradient make_known_categories_bitsets negative_gradient partial_fit
    pointwise_loss predict predict_binned predict_log_proba predict_proba score
    score_samples set_output set_params set_score_request sparsify
    staged_decision_function staged_predict staged_predict_proba staged_score
    symmetrize_raw_prediction transform update_gradients_and_hessians
    update_terminal_regions
    """.split())
#: The same of XGBoost, LightGBM and CatBoost, as far as predict asks for them.
_OF_BOOSTERS = frozenset("""
    _can_use_inplace_predict _get_iteration_range _get_type _predict
    _process_predict_input_data _transform get_booster get_n_features_in
    get_num_boosting_rounds get_probability_threshold get_scale_and_bias
    get_xgb_params inplace_predict num_boosted_rounds num_feature num_features
    num_model_per_iteration num_trees
    """.split())
#: Properties that compute what others have as an attribute.
_PROPERTIES = {
    "Pipeline": ("classes_", "feature_names_in_", "n_features_in_", "n_classes_"),
    "FeatureUnion": ("feature_names_in_", "n_features_in_"),
    "GridSearchCV": ("classes_", "n_features_in_"),
    "RandomizedSearchCV": ("classes_", "n_features_in_"),
    "HalvingGridSearchCV": ("classes_", "n_features_in_"),
    "HalvingRandomSearchCV": ("classes_", "n_features_in_"),
    "FixedThresholdClassifier": ("classes_",),
    "TunedThresholdClassifierCV": ("classes_",),
}
# Records of what to pass to methods, under the names of these.
_NO_ESTIMATORS = ("MetadataRequest", "MethodMetadataRequest", "Bunch")
# Classes whose own way to be pickled is a call.
_CALLED = ("Tree",)

_Trail = tuple[Any, str] | None


def check_shadows(root: Any) -> None:
    """UnsupportedModel where a part of a model has an attribute in the way of a method,
    or was made by a call with arguments, of which its constructor sets attributes."""
    seen: set[int] = set()
    todo: list[tuple[Any, _Trail]] = [(root, None)] if _is_part(root) else []
    while todo:
        part, trail = todo.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        if isinstance(part, Record):
            _check(part, trail)
            inner: Any = part.attributes.items()
            form = ".{}"
        elif isinstance(part, dict):
            inner, form = part.items(), "[{!r}]"
        else:
            items = part.ravel().tolist() if isinstance(part, np.ndarray) else part
            inner, form = enumerate(items), "[{}]"
        todo += [(x, (trail, form.format(key))) for key, x in inner if _is_part(x)]


def _is_part(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return bool(value.dtype == object)
    return isinstance(value, (Record, dict, list, tuple))


def _check(record: Record, trail: _Trail) -> None:
    if record.cls.package not in _PACKAGES or record.name in _NO_ESTIMATORS:
        return
    called = record.called and bool(record.args)
    if called and record.attributes and record.name not in _CALLED:
        raise UnsupportedModel(
            _path(record, trail),
            "the file makes it by a call of its class with arguments, and what its "
            "constructor makes of them is not in the file",
            "Load it with the library that made it, and pickle it again.",
        )
    for name in record.attributes:
        if (
            name in _METHODS
            or name in _OF_BOOSTERS
            or name in _PROPERTIES.get(record.name, ())
            or (name.startswith("__") and name.endswith("__"))
        ):
            raise UnsupportedModel(
                _path(record, trail),
                f"the file gives it an attribute {name!r}, which stands in the way of "
                "what the class itself has under that name",
                f"Pickle the model without it: del model{_words(trail)}.{name}",
            )


def _path(record: Record, trail: _Trail) -> str:
    where = _words(trail)
    return f"model{where}: {record.name}" if where else record.name


def _words(trail: _Trail) -> str:
    words: list[str] = []
    while trail is not None:
        trail, word = trail
        words.append(word)
    return "".join(words[::-1])
