/**
 * Where pandas 0.13 to 3 have their classes: every name under which a pickle may know one.
 *
 * @module
 */

const joined = (modules: string, names: string): string[] =>
  names.split(" ").flatMap((name) => modules.split(" ").map((module) => `${module}.${name}`));

/** Names of frames. */
export const FRAMES: readonly string[] = [
  ...joined("pandas.core.frame pandas", "DataFrame"),
  ...joined("pandas.core.sparse.frame pandas.sparse.frame", "SparseDataFrame"),
];
/** Names of panels, which were until 0.24. */
export const PANELS: readonly string[] = joined("pandas.core.panel pandas", "Panel");
/** Names of series. */
export const SERIES: readonly string[] = [
  ...joined("pandas.core.series pandas", "Series TimeSeries"),
  ...joined("pandas.core.sparse.series pandas.sparse.series", "SparseSeries SparseTimeSeries"),
];

/** Functions that make an index of a class and a dict. */
export const INDEX_MAKERS: readonly string[] = [
  ...joined("pandas.core.indexes.base pandas.indexes.base pandas.core.index", "_new_Index"),
  ...joined("pandas.core.indexes.datetimes pandas.tseries.index pandas.core.indexes.base", "_new_DatetimeIndex"),
  ...joined("pandas.core.indexes.period pandas.tseries.period", "_new_PeriodIndex"),
  ...joined("pandas.core.indexes.interval", "_new_IntervalIndex"),
  ...joined("pandas.core.indexes.timedeltas", "_new_TimedeltaIndex"),
];

/** Classes of indexes, which are named as the first argument of a maker. */
export const INDEX_CLASSES: readonly string[] = [
  ...joined(
    "pandas pandas.core.api pandas.core.index pandas.core.indexes.api pandas.indexes.base pandas.core.indexes.base",
    "Index",
  ),
  ...joined("pandas pandas.core.indexes.range pandas.indexes.range", "RangeIndex"),
  ...joined("pandas pandas.core.index pandas.core.indexes.multi pandas.indexes.multi", "MultiIndex"),
  ...joined(
    "pandas pandas.core.index pandas.core.indexes.numeric pandas.indexes.numeric",
    "Int64Index UInt64Index Float64Index",
  ),
  ...joined("pandas pandas.core.indexes.datetimes pandas.tseries.index", "DatetimeIndex"),
  ...joined("pandas pandas.core.indexes.timedeltas pandas.tseries.tdi", "TimedeltaIndex"),
  ...joined("pandas pandas.core.indexes.period pandas.tseries.period", "PeriodIndex"),
  ...joined("pandas pandas.core.indexes.category pandas.indexes.category", "CategoricalIndex"),
  ...joined("pandas pandas.core.indexes.interval pandas.indexes.interval", "IntervalIndex"),
];

/** Functions that make arrays. */
export const ARRAY_MAKERS: readonly string[] = ["pandas.core.arrays.period.period_array"];

/** Classes of arrays, made by `__new__` and a state. */
export const ARRAYS: readonly string[] = [
  ...joined("pandas.arrays pandas.core.arrays.integer pandas.core.arrays", "IntegerArray"),
  ...joined("pandas.arrays pandas.core.arrays.floating", "FloatingArray"),
  ...joined("pandas.arrays pandas.core.arrays.boolean", "BooleanArray"),
  ...joined("pandas.arrays pandas.core.arrays.datetimes pandas.core.arrays", "DatetimeArray DatetimeArrayMixin"),
  ...joined("pandas.arrays pandas.core.arrays.timedeltas pandas.core.arrays", "TimedeltaArray TimedeltaArrayMixin"),
  ...joined("pandas.arrays pandas.core.arrays.period pandas.core.arrays", "PeriodArray"),
  ...joined(
    "pandas pandas.arrays pandas.core.arrays.categorical pandas.core.categorical pandas.core.arrays",
    "Categorical",
  ),
  ...joined("pandas.arrays pandas.core.arrays.interval pandas.core.arrays", "IntervalArray"),
  ...joined("pandas.arrays pandas.core.arrays.string_", "StringArray StringArrayNumpySemantics"),
  ...joined("pandas.arrays pandas.core.arrays.string_arrow", "ArrowStringArray ArrowStringArrayNumpySemantics"),
  ...joined("pandas.arrays pandas.core.arrays.arrow.array pandas.core.arrays.arrow", "ArrowExtensionArray"),
  ...joined("pandas.arrays pandas.core.arrays.numpy_", "PandasArray NumpyExtensionArray"),
  ...joined(
    "pandas.arrays pandas.core.arrays.sparse pandas.core.arrays.sparse.array pandas.core.sparse.array pandas.sparse.array",
    "SparseArray",
  ),
];

/** Cython's way to make an array that NumPy's backs: the class is its first argument. */
export const BACKED: readonly string[] = [
  "pandas._libs.arrays.__pyx_unpickle_NDArrayBacked",
  // pandas 1.1.
  "pandas._libs.tslibs.period.__pyx_unpickle_PeriodMixin",
  "pandas._libs.interval.__pyx_unpickle_IntervalMixin",
];

/** Names of Timestamp, Timedelta, Period, Interval: classes and their functions. */
export const TIMESTAMPS: readonly string[] = [
  ...joined("pandas pandas._libs.tslibs.timestamps pandas._libs.tslib pandas.tslib", "Timestamp"),
  ...joined("pandas._libs.tslibs.timestamps", "_unpickle_timestamp"),
];
export const TIMEDELTAS: readonly string[] = [
  ...joined("pandas pandas._libs.tslibs.timedeltas pandas._libs.tslib pandas.tslib", "Timedelta"),
  ...joined("pandas._libs.tslibs.timedeltas", "_timedelta_unpickle"),
];
export const NATS: readonly string[] = [
  ...joined("pandas._libs.tslibs.nattype pandas._libs.tslib pandas.tslib", "__nat_unpickle _nat_unpickle"),
];
export const NAS: readonly string[] = joined("pandas pandas._libs.missing", "NA");
export const PERIODS: readonly string[] = joined(
  "pandas pandas._libs.tslibs.period pandas._libs.period pandas._period pandas.tseries.period",
  "Period",
);
export const INTERVALS: readonly string[] = joined("pandas pandas._libs.interval pandas._libs.interval", "Interval");

const OFFSETS =
  "Day BusinessDay BDay Hour Minute Second Milli Micro Nano MonthEnd MonthBegin BusinessMonthEnd BusinessMonthBegin " +
  "SemiMonthEnd SemiMonthBegin QuarterEnd QuarterBegin BQuarterEnd BQuarterBegin YearEnd YearBegin BYearEnd BYearBegin " +
  "Week WeekOfMonth LastWeekOfMonth DateOffset FY5253 FY5253Quarter Easter BusinessHour CustomBusinessDay " +
  "CustomBusinessHour CustomBusinessMonthEnd CustomBusinessMonthBegin Tick";

/** What frames are made of besides: known, and kept as it is. */
export const KEPT: readonly string[] = [
  ...joined(
    "pandas.core.internals.managers pandas.core.internals",
    "BlockManager SingleBlockManager ArrayManager SingleArrayManager",
  ),
  ...joined("pandas._libs.internals pandas.core.internals.blocks", "_unpickle_block BlockPlacement new_block"),
  ...joined("pandas.core.internals.api", "make_block _make_block"),
  ...joined(
    "pandas pandas.core.dtypes.dtypes pandas.api.types",
    "CategoricalDtype CategoricalDtypeType DatetimeTZDtype PeriodDtype IntervalDtype SparseDtype ArrowDtype",
  ),
  ...joined("pandas pandas.core.arrays.string_", "StringDtype"),
  ...joined("pandas.core.arrays.sparse pandas.core.arrays.sparse.dtype", "SparseDtype"),
  ...joined("pandas pandas.core.arrays.boolean", "BooleanDtype"),
  ...joined(
    "pandas pandas.core.arrays.integer",
    "Int8Dtype Int16Dtype Int32Dtype Int64Dtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype",
  ),
  ...joined("pandas pandas.core.arrays.floating", "Float32Dtype Float64Dtype"),
  ...joined("pandas.core.arrays.arrow.dtype", "ArrowDtype"),
  ...joined("pandas._libs.sparse pandas._sparse", "IntIndex BlockIndex"),
  ...joined("pandas.core.indexes.frozen pandas.indexes.frozen pandas.core.base", "FrozenList FrozenNDArray"),
  ...joined("pandas.core.flags", "Flags"),
  ...joined("pandas._libs.tslibs.offsets pandas.tseries.offsets pandas.offsets", OFFSETS),
  ...joined(
    "pyarrow.lib",
    "_restore_array chunked_array py_buffer type_for_alias timestamp duration dictionary list_ large_list struct field map_ decimal32 decimal64 decimal128 decimal256 time32 time64 binary Field",
  ),
  ...joined("pytz", "_UTC _p FixedOffset _FixedOffset"),
  ...joined("dateutil.tz dateutil.tz.tz", "tzutc tzfile tzlocal gettz tzoffset tzstr"),
  ...joined("dateutil.tz._tzfile", "_unpickle tzfile"),
  // The base of zones whose classes are Python's, as protocols 0 and 1 name it.
  "datetime.tzinfo",
];
