"""The names that a file may call: an exact list.

A class on the list becomes a record of its arguments and attributes; nothing of it is
imported or run, so a name belongs here if a fitted model can hold an instance of it.
Matching is on the package and the class name, since modules move within a package
(``sklearn.tree.tree`` became ``sklearn.tree._classes``). Functions are never on the list,
but for the few that stand for a class in a pickle.

The names of scikit-learn are those of the releases 0.18 to 1.9, read from their sources
and extension modules, without what no fitted model holds (mixins, warnings, displays).
"""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


_SKLEARN = _words("""
    AbsoluteError AdaBoostClassifier AdaBoostRegressor AdamOptimizer
    AdditiveChi2Sampler AffinityPropagation AgglomerationTransform
    AgglomerativeClustering ARDRegression BaggingClassifier BaggingRegressor
    BallTree BallTree32 BaseDenseSplitter BaseSparseSplitter BayesianGaussianMixture
    BayesianRidge BernoulliNB BernoulliRBM BestSparseSplitter BestSplitter Binarizer
    BinaryCrossEntropy BinaryTree32 BinaryTree64 BinomialDeviance Birch
    BisectingKMeans Bootstrap Bunch CalibratedClassifierCV CategoricalCrossEntropy
    CategoricalEncoder CategoricalNB CCA ClassicalMDS Classification
    ClassificationCriterion ClassificationLossFunction ClassifierChain
    ColumnTransformer ComplementNB CompoundKernel ConstantKernel CountVectorizer
    Criterion CyAbsoluteError CyExponentialLoss CyHalfBinomialLoss CyHalfGammaLoss
    CyHalfMultinomialLoss CyHalfPoissonLoss CyHalfSquaredError CyHalfTweedieLoss
    CyHalfTweedieLossIdentity CyHuberLoss CyLossFunction CyPinballLoss DBSCAN
    DecisionTreeClassifier DecisionTreeRegressor DensePartitioner DeprecationDict
    DictionaryLearning DictVectorizer DistanceMetric DistanceMetric32
    DistanceMetric64 DotProduct DPGMM DummyClassifier DummyRegressor ElasticNet
    ElasticNetCV EllipticEnvelope EmpiricalCovariance EmptyRequest Entropy Enum
    EpsilonInsensitive ExponentialDispersionModel ExponentialLoss Exponentiation
    ExpSineSquared ExtraTreeClassifier ExtraTreeRegressor ExtraTreesClassifier
    ExtraTreesRegressor FactorAnalysis FastICA FeatureAgglomeration FeatureHasher
    FeatureUnion FixedThresholdClassifier ForestClassifier ForestRegressor
    FriedmanMSE FrozenEstimator FunctionTransformer GammaDistribution GammaRegressor
    GaussianMixture GaussianNB GaussianProcess GaussianProcessClassifier
    GaussianProcessRegressor GaussianRandomProjection GaussianRandomProjectionHash
    GeneralizedLinearRegressor GenericUnivariateSelect Gini GMM
    GradientBoostingClassifier GradientBoostingRegressor GraphicalLasso
    GraphicalLassoCV GraphLasso GraphLassoCV GridSearchCV GroupKFold
    GroupShuffleSplit HalfBinomialLoss HalfBinomialLossArrayAPI HalfGammaLoss
    HalfLogitLink HalfMultinomialLoss HalfMultinomialLossArrayAPI HalfPoissonLoss
    HalfPoissonLossArrayAPI HalfSquaredError HalfTweedieLoss HalfTweedieLossIdentity
    HalvingGridSearchCV HalvingRandomSearchCV HashingVectorizer HasMethods HDBSCAN
    Hidden Hinge HistGradientBoostingClassifier HistGradientBoostingRegressor Huber
    HuberLoss HuberLossFunction HuberRegressor Hyperparameter IdentityLink Imputer
    IncrementalPCA Interval IntFloatDict InverseGaussianDistribution IsolationForest
    Isomap IsotonicRegression IterativeImputer IterInv IterOpInv KBinsDiscretizer
    KDTree KDTree32 KDTree64 Kernel KernelCenterer KernelDensity KernelPCA
    KernelRidge KFold KMeans KNeighborsClassifier KNeighborsRegressor
    KNeighborsTransformer KNNImputer LabelBinarizer LabelEncoder LabelKFold
    LabelPropagation LabelShuffleSplit LabelSpreading Lars LarsCV Lasso LassoCV
    LassoLars LassoLarsCV LassoLarsIC LatentDirichletAllocation LDA
    LeastAbsoluteDeviation LeastAbsoluteError LeastSquares LeastSquaresError
    LeaveOneGroupOut LeaveOneLabelOut LeaveOneOut LeavePGroupsOut LeavePLabelOut
    LeavePOut LedoitWolf LinearDiscriminantAnalysis LinearModel LinearModelCV
    LinearModelLoss LinearRegression LinearSVC LinearSVR LocallyLinearEmbedding
    LocalOutlierFactor Log LogisticRegression LogisticRegressionCV LogitLink LogLink
    LogOddsEstimator loguniform LossFunction LSHForest LuInv MAE
    make_column_selector MaskedArray Matern MaxAbsScaler MDS MeanEstimator MeanShift
    Memory MetadataRequest MetadataRouter MethodMapping MethodMetadataRequest
    MinCovDet MiniBatchDictionaryLearning MiniBatchKMeans MiniBatchNMF
    MiniBatchSparsePCA MinMaxScaler MissingIndicator MissingValues MLPClassifier
    MLPRegressor ModifiedHuber MSE MultiLabelBinarizer MultinomialDeviance
    MultinomialLogit MultinomialLogLoss MultinomialLogLoss32 MultinomialLogLoss64
    MultinomialNB MultiOutputClassifier MultiOutputLinearModel MultiOutputRegressor
    MultiTaskElasticNet MultiTaskElasticNetCV MultiTaskLasso MultiTaskLassoCV
    NearestCentroid NearestNeighbors NeighborhoodComponentsAnalysis NMF
    NormalDistribution Normalizer NuSVC NuSVR Nystroem OAS OneClassSVM OneHotEncoder
    OneVsOneClassifier OneVsRestClassifier OPTICS Options OrdinalEncoder
    OrthogonalMatchingPursuit OrthogonalMatchingPursuitCV OutputCodeClassifier
    PairwiseKernel ParameterGrid ParameterSampler PassiveAggressiveClassifier
    PassiveAggressiveRegressor PatchExtractor PCA Perceptron PinballLoss Pipeline
    PLSCanonical PLSRegression PLSSVD Poisson PoissonDistribution PoissonRegressor
    PolynomialCountSketch PolynomialFeatures PowerTransformer PredefinedSplit
    PresortBestSplitter PriorProbabilityEstimator ProbabilisticPCA Product
    ProjectedGradientNMF QDA QuadraticDiscriminantAnalysis QuantileEstimator
    QuantileLossFunction QuantileRegressor QuantileTransformer RadiusNeighbors
    RadiusNeighborsClassifier RadiusNeighborsRegressor RadiusNeighborsTransformer
    RandomForestClassifier RandomForestRegressor RandomizedLasso
    RandomizedLogisticRegression RandomizedPCA RandomizedSearchCV
    RandomSparseSplitter RandomSplitter RandomTreesEmbedding RANSACRegressor
    RationalQuadratic RBF RBFSampler RealNotInt Regression RegressionCriterion
    RegressionLossFunction RegressorChain RepeatedKFold RepeatedStratifiedKFold
    RequestMethod RFE RFECV Ridge RidgeClassifier RidgeClassifierCV RidgeCV
    RobustScaler ScaledLogOddsEstimator SelectFdr SelectFpr SelectFromModel
    SelectFwe SelectKBest SelectPercentile SelfTrainingClassifier Sentinel
    SequentialFeatureSelector SGDClassifier SGDOneClassSVM SGDOptimizer SGDRegressor
    ShrunkCovariance ShuffleSplit SimpleImputer SkewedChi2Sampler SparseCoder
    SparsePartitioner SparsePCA SparseRandomProjection SpectralBiclustering
    SpectralClustering SpectralCoclustering SpectralEmbedding SplineTransformer
    SplitInfo Splitter SpLuInv SquaredEpsilonInsensitive SquaredError SquaredHinge
    SquaredLoss StackingClassifier StackingRegressor StandardScaler
    StratifiedGroupKFold StratifiedKFold StratifiedShuffleSplit StrOptions Sum SVC
    SVR TargetEncoder TfidfTransformer TfidfVectorizer TheilSenRegressor
    TimeSeriesSplit TransformedTargetRegressor Tree TreeGrower TreeNode
    TreePredictor TreeUnionFind TruncatedSVD TSNE TunedThresholdClassifierCV
    TweedieDistribution TweedieRegressor UnionFind VarianceThreshold VBGMM
    VotingClassifier VotingRegressor Ward WardAgglomeration WeightedEdge
    WeightedFenwickTree WeightedMedianCalculator WeightedPQueue WeightVector
    WeightVector32 WeightVector64 WhiteKernel ZeroEstimator _ArrayLikes _BaseScorer
    _BinaryGaussianProcessClassifierLaplace _BinMapper _BisectingTree _Booleans
    _CalibratedClassifier _Callables _CFNode _CFSubcluster _ConstantPredictor
    _Constraint _CurveScorer _CVIterableWrapper _CVObjects _CVScoreTuple
    _DictWithDeprecatedKeys _FuncWrapper _GeneralizedLinearRegressor
    _IdentityClassifier _IdentityRegressor _ImputerTriplet _InstancesOf _IterablesNotString
    _MetadataRequester _MissingValues _MultimetricScorer _NanConstraint _NaNCounter
    _NoneConstraint _PandasNAConstraint _PassthroughScorer _PathFinder
    _PredictScorer _ProbaScorer _QuadTree _RandomStates _RemainderColsList
    _RepeatedSplits _RidgeGCV _Scorer _SigmoidCalibration _SparseMatrices
    _SubsampleMetaSplitter _TemperatureScaling _ThresholdScorer _X_CenterStackOp
    _X_operator _XT_CenterStackOp _Xt_operator
""")

# scikit-learn's metrics exist for two widths of numbers, and without one before 1.3.
_DISTANCES = _words("""
    BrayCurtis Canberra Chebyshev Dice Euclidean Hamming Haversine Jaccard Kulsinski
    Mahalanobis Manhattan Matching Minkowski PyFunc RogersTanimoto RussellRao
    SEuclidean SokalMichener SokalSneath WMinkowski
""")
_WIDTHS = ("", "32", "64")

_IMBLEARN = _words("""
    ADASYN AllKNN BalanceCascade BalancedBaggingClassifier
    BalancedRandomForestClassifier BorderlineSMOTE ClusterCentroids
    CondensedNearestNeighbour EasyEnsemble EasyEnsembleClassifier
    EditedNearestNeighbours FunctionSampler InstanceHardnessCV
    InstanceHardnessThreshold KMeansSMOTE NearMiss NeighbourhoodCleaningRule
    OneSidedSelection Pipeline RUSBoostClassifier RandomOverSampler
    RandomUnderSampler RepeatedEditedNearestNeighbours SMOTE SMOTEENN SMOTEN SMOTENC
    SMOTETomek SVMSMOTE TomekLinks ValueDifferenceMetric MetadataRequest
    MethodMetadataRequest
""")

_XGBOOST = _words("""
    Booster DMatrix QuantileDMatrix DeviceQuantileDMatrix XGBClassifier XGBModel
    XGBRanker XGBRegressor XGBRFClassifier XGBRFRegressor XGBoostLabelEncoder
    EarlyStopping EvaluationMonitor LearningRateScheduler TrainingCheckPoint
    CallbackContainer
""")

_LIGHTGBM = _words("""
    Booster Dataset LGBMClassifier LGBMModel LGBMRanker LGBMRegressor
    LGBMLabelEncoder _LGBMLabelEncoder _EarlyStoppingCallback _EvalFunctionWrapper
    _InnerPredictor _LogEvaluationCallback _ObjectiveFunctionWrapper _RecordEvaluationCallback
    _ResetParameterCallback
""")

_CATBOOST = _words("""
    CatBoost CatBoostClassifier CatBoostRanker CatBoostRegressor _CatBoost Pool
""")

_CATEGORY_ENCODERS = _words("""
    BackwardDifferenceEncoder BaseNEncoder BinaryEncoder CatBoostEncoder
    ContrastMatrix CountEncoder GLMMEncoder GrayEncoder HashingEncoder
    HelmertEncoder JamesSteinEncoder LeaveOneOutEncoder MEstimateEncoder
    MultiHotEncoder NestedCVWrapper OneHotEncoder OrdinalEncoder PolynomialEncoder
    PolynomialWrapper QuantileEncoder RankHotEncoder SumEncoder SummaryEncoder
    TargetEncoder WOEEncoder
""")

_FEATURE_ENGINE = _words("""
    AddMissingIndicator ArbitraryDiscretiser ArbitraryNumberImputer
    ArbitraryOutlierCapper ArcSinhTransformer ArcsinTransformer BoxCoxTransformer
    CategoricalImputer CountFrequencyEncoder CyclicalFeatures DatetimeFeatures
    DatetimeOrdinal DatetimeSubtraction DecisionTreeDiscretiser DecisionTreeEncoder
    DecisionTreeFeatures DropConstantFeatures DropCorrelatedFeatures
    DropDuplicateFeatures DropFeatures DropHighPSIFeatures DropMissingData
    EndTailImputer EqualFrequencyDiscretiser EqualWidthDiscretiser
    ExpandingWindowFeatures GeoDistanceFeatures GeometricWidthDiscretiser
    LagFeatures LogCpTransformer LogTransformer MRMR MatchCategories MatchVariables
    MathFeatures MeanEncoder MeanMedianImputer MeanNormalizationScaler OneHotEncoder
    OrdinalEncoder OutlierTrimmer Pipeline PowerTransformer ProbeFeatureSelection
    RandomSampleImputer RareLabelEncoder ReciprocalTransformer
    RecursiveFeatureAddition RecursiveFeatureElimination RelativeFeatures
    SelectByInformationValue SelectByShuffling SelectBySingleFeaturePerformance
    SelectByTargetMeanPerformance SklearnTransformerWrapper SmartCorrelatedSelection
    StringSimilarityEncoder TargetMeanClassifier TargetMeanRegressor TextFeatures
    WindowFeatures Winsorizer WoE WoEEncoder YeoJohnsonTransformer
""")

_SKLEARN_PANDAS = _words("""
    DataFrameMapper DataWrapper NumericalTransformer TransformerPipeline
    CategoricalImputer FunctionTransformer GridSearchCV RandomizedSearchCV
    PassthroughTransformer Imputer
""")

_SCIPY = _words("""
    bsr_array bsr_matrix coo_array coo_matrix csc_array csc_matrix csr_array
    csr_matrix dia_array dia_matrix dok_array dok_matrix lil_array lil_matrix
    Akima1DInterpolator BPoly BSpline BarycentricInterpolator CubicHermiteSpline
    CubicSpline InterpolatedUnivariateSpline KroghInterpolator LSQUnivariateSpline
    PPoly PchipInterpolator RegularGridInterpolator UnivariateSpline interp1d
    interp2d
    KDTree cKDTree OptimizeResult gaussian_kde rv_continuous rv_continuous_frozen
    rv_discrete rv_discrete_frozen rv_frozen rv_histogram rv_sample multi_rv_frozen
    multivariate_normal_frozen dirichlet_frozen multinomial_frozen wishart_frozen
    invwishart_frozen
""")

_DISTRIBUTIONS = _words("""
    alpha anglit arcsine argus bernoulli beta betabinom betanbinom betaprime binom
    boltzmann bradford burr burr12 cauchy chi chi2 cosine crystalball dgamma
    dirichlet dirichlet_multinomial dlaplace dpareto_lognorm dweibull erlang expon
    exponnorm exponpow exponweib f fatiguelife fisk foldcauchy foldnorm frechet_l
    frechet_r gamma gausshyper genexpon genextreme gengamma genhalflogistic
    genhyperbolic geninvgauss genlogistic gennorm genpareto geom gibrat gilbrat
    gompertz gumbel_l gumbel_r halfcauchy halfgennorm halflogistic halfnorm
    hypergeom hypsecant invgamma invgauss invweibull invwishart irwinhall jf_skew_t
    johnsonsb johnsonsu kappa3 kappa4 ksone kstwo kstwobign landau laplace
    laplace_asymmetric levy levy_l levy_stable loggamma logistic loglaplace lognorm
    logser loguniform lomax matrix_normal matrix_t maxwell mielke moyal multinomial
    multivariate_hypergeom multivariate_normal multivariate_t nakagami nbinom ncf
    _nchypergeom nchypergeom_fisher nchypergeom_wallenius nct ncx2 nhypergeom norm
    normal_inverse_gamma norminvgauss ortho_group pareto pearson3 planck poisson
    poisson_binom powerlaw powerlognorm powernorm randint random_correlation
    random_table rayleigh rdist recipinvgauss reciprocal rel_breitwigner rice
    semicircular skellam skewcauchy skewnorm special_ortho_group studentized_range t
    trapezoid trapz triang truncexpon truncnorm truncpareto truncweibull_min
    tukeylambda uniform uniform_direction unitary_group vonmises vonmises_fisher
    wald weibull_max weibull_min wishart wrapcauchy yulesimon zipf zipfian
""")

_PANDAS = _words("""
    ArrowDtype ArrowExtensionArray ArrowStringArray BlockManager BlockPlacement
    BooleanArray BooleanDtype Categorical CategoricalDtype CategoricalIndex
    DataFrame DatetimeArray DatetimeIndex DatetimeTZDtype DateOffset Day
    ExtensionBlock Float32Dtype Float64Dtype Float64Index FloatingArray FrozenList
    Hour Index Int16Dtype Int32Dtype Int64Dtype Int64Index Int8Dtype IntegerArray
    Interval IntervalArray IntervalDtype IntervalIndex Minute MonthBegin MonthEnd
    MultiIndex NAType NaTType NumericIndex NumpyExtensionArray
    ObjectStringArrayMixin PandasArray Period PeriodArray PeriodDtype PeriodIndex
    RangeIndex Second Series SingleBlockManager SparseArray SparseDtype StringArray
    StringDtype StringObjectEngine Timedelta TimedeltaArray TimedeltaIndex Timestamp
    UInt16Dtype UInt32Dtype UInt64Dtype UInt64Index UInt8Dtype Week YearBegin
    YearEnd NumpyBlock NDArrayBackedExtensionBlock NDArrayBacked SparseIndex
    IntIndex BlockIndex FrozenNDArray
""")
# Functions through which pandas writes instances of the classes above.
_PANDAS_FUNCTIONS = _words("""
    _new_Index _new_IntervalIndex _new_DatetimeIndex _new_PeriodIndex _new_TimedeltaIndex new_block
    _unpickle_block make_block _unpickle_timestamp _timedelta_unpickle
    _period_unpickle _nat_unpickle __nat_unpickle _from_sequence
""")

_JOBLIB = _words("""
    Memory MemorizedFunc NotMemorizedFunc FileSystemStoreBackend Logger PrintTime
    MemorizedResult
""")


def _with_widths(names: list[str]) -> list[str]:
    return [f"{name}Distance{width}" for name in names for width in _WIDTHS]


def _classes() -> dict[str, frozenset[str]]:
    sklearn = [*_SKLEARN, *_with_widths(_DISTANCES), "newObj", *_JOBLIB]
    distributions = [f"{name}_gen" for name in _DISTRIBUTIONS]
    return {
        "sklearn": frozenset(sklearn),
        # Where scikit-learn 1.4 to 1.8 left its losses, by an accident of its build.
        "_loss": frozenset(sklearn),
        "imblearn": frozenset(_IMBLEARN),
        "xgboost": frozenset(_XGBOOST),
        "lightgbm": frozenset(_LIGHTGBM),
        "catboost": frozenset(_CATBOOST),
        "_catboost": frozenset(_CATBOOST),
        "category_encoders": frozenset(_CATEGORY_ENCODERS),
        "feature_engine": frozenset(_FEATURE_ENGINE),
        "sklearn_pandas": frozenset(_SKLEARN_PANDAS),
        "sklearn2pmml": frozenset(["PMMLPipeline", "_Verification"]),
        "scipy": frozenset([*_SCIPY, *distributions]),
        "pandas": frozenset([*_PANDAS, *_PANDAS_FUNCTIONS]),
        "joblib": frozenset(_JOBLIB),
    }


CLASSES = _classes()
PACKAGES = frozenset(CLASSES)

_BIT_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
# Names outside of those packages, by their exact module: state that is kept as it is,
# such as dates, paths, random generators and masked arrays.
PLAIN_RECORDS: dict[str, tuple[str, ...]] = {
    "functools": ("partial",),
    "datetime": ("date", "datetime", "time", "timedelta", "timezone"),
    "decimal": ("Decimal",),
    "fractions": ("Fraction",),
    "uuid": ("UUID", "SafeUUID"),
    "pathlib": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "pathlib._local": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"),
    "re": ("_compile",),
    "logging": ("getLogger",),
    "random": ("Random",),
    "types": ("MethodType", "PartialType", "SimpleNamespace"),
    "collections": ("ChainMap", "UserDict", "UserList", "UserString"),
    "zoneinfo": ("ZoneInfo._unpickle",),
    "pytz": ("_UTC", "_p"),
    "numpy": ("poly1d", "vectorize"),
    "numpy.dtypes": ("StringDType",),
    "numpy.lib.polynomial": ("poly1d",),
    "numpy.lib._polynomial_impl": ("poly1d",),
    "numpy.lib.function_base": ("vectorize",),
    "numpy.lib._function_base_impl": ("vectorize",),
    "numpy.polynomial.polynomial": ("Polynomial",),
    "numpy.ma": ("MaskedArray",),
    "numpy.ma.core": ("MaskedArray", "MaskedConstant"),
    "numpy.random": (
        "Generator",
        "RandomState",
        "SeedSequence",
        *_BIT_GENERATORS,
    ),
    "numpy.random.mtrand": ("RandomState",),
    "numpy.random._generator": ("Generator",),
    "numpy.random.bit_generator": (
        "SeedSequence",
        "SeedlessSeedSequence",
        "__pyx_unpickle_SeedSequence",
        "__pyx_unpickle_SeedlessSeedSequence",
    ),
    "numpy.random._bit_generator": ("SeedSequence",),
    **{f"numpy.random._{name.lower()}": (name,) for name in _BIT_GENERATORS},
}


def is_class(module: str, name: str) -> bool:
    """Is ``name`` a class (or a stand-in for one) that a fitted model may hold?"""
    names = CLASSES.get(module.partition(".")[0], frozenset())
    stem = name.removeprefix("__pyx_unpickle_")
    return stem in names or (stem == "Enum" and stem != name)
