/**
 * A GradientBoostingClassifier in plain JavaScript: 2 columns in, one of 2
 * classes out.
 *
 * In score, an answer is made of the sum of 2 trees.
 *
 * Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (28 nodes,
 * 15 leaves, depth 12; sha256 of its file 0123456789abcdef). Do not edit:
 * compile again.
 * Options: --target javascript
 *
 * A number goes the way that it goes in the model, which rounds it to single
 * precision: a cut below is the last double that still rounds to the left of
 * the model's threshold.
 *
 * A note on what is promised of the last bits, long enough for two lines.
 *
 * @example
 * predict(EXAMPLE);
 * // "yes"
 */

/**
 * @typedef {{ "age": number; "income": number }} Row
 * @typedef {"no" | "yes"} Label
 */

/** What this was compiled from, and by; "digest" is that of the trees. */
export const MODEL = {
  estimator: "GradientBoostingClassifier",
  library: "scikit-learn",
  version: "1.9.1",
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  digest: "827d93e75f232a34f1a5df0768ddd588df53424d291fb0b3b2088837f0f90bbd",
  treecompile: "0.1.0",
  stamp: {},
};
export const COLUMNS = ["age", "income"];
export const CLASSES = ["no", "yes"];
export const FEATURES = COLUMNS;
export const EXAMPLE = { age: 6, income: 5 };

// What each column may hold, in the words of JSON Schema.
const NUMBER = {
  type: ["number", "boolean"],
  minimum: -3.4028235677973362e38,
  maximum: 3.4028235677973362e38,
};
const RULES = new Map([
  ["age", NUMBER],
  ["income", NUMBER],
]);
export const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A record for the GradientBoostingClassifier",
  type: "object",
  properties: Object.fromEntries(
    COLUMNS.map((name) => [name, { title: name, ...RULES.get(name) }]),
  ),
  required: COLUMNS,
  examples: [EXAMPLE],
};

/**
 * The clean values of COLUMNS; InvalidRecord if there is any fault.
 * @param {Row | Map<string, unknown>} record
 * @returns {unknown[]}
 */
export function validate(record) {
  return checked(record, COLUMNS);
}

/**
 * The feature vector that the model was fitted on, in the order of FEATURES.
 * @param {Row | Map<string, unknown>} record
 * @returns {unknown[]}
 */
export function encode(record) {
  return validate(record);
}

/**
 * What the answers are made of: the sum of 2 trees.
 */
export function score(age, income) {
  let raw = 0.125;

  // Tree 1 of 2.
  if (age <= 30.5) {
    raw += -0.25;
  } else {
    raw += 0.75;
  }

  // Tree 2 of 2.
  tree1: {
    if (age <= 0) {
      break tree1;
    }
    if (income <= 1) {
      raw += 0.125;
      break tree1;
    }
    if (age <= 2) {
      raw += 0.25;
      break tree1;
    }
    if (income <= 3) {
      raw += 0.375;
      break tree1;
    }
    if (age <= 4) {
      raw += 0.5;
      break tree1;
    }
    if (income <= 5) {
      raw += 0.625;
      break tree1;
    }
    if (age <= 6) {
      raw += 0.75;
      break tree1;
    }
    if (income <= 7) {
      raw += 0.875;
      break tree1;
    }
    if (age <= 8) {
      raw += 1;
      break tree1;
    }
    if (income <= 9) {
      raw += 1.125;
      break tree1;
    }
    if (age <= 10) {
      raw += 1.25;
      break tree1;
    }
    if (income <= 11) {
      raw += 1.375;
      break tree1;
    }
    raw += 0.5;
  }

  return raw;
}

/**
 * The answer for one record; InvalidRecord if it cannot be scored.
 * @param {Row | Map<string, unknown>} record
 */
export function predict(record) {
  return answer(score(...validate(record)));
}

/**
 * The probability of each of CLASSES for one record.
 * @param {Row | Map<string, unknown>} record
 */
export function predictProba(record) {
  return sharesOf(score(...validate(record)));
}

/**
 * What the model's decision_function answers for one record.
 * @param {Row | Map<string, unknown>} record
 */
export function decisionFunction(record) {
  return score(...validate(record));
}

function answer(raw) {
  return raw >= 0 ? CLASSES[1] : CLASSES[0];
}

function sharesOf(raw) {
  const second = expit(raw);
  return [1 - second, second];
}

// The trees once more, for apply, as a table. Its numbers stand here as text.

// The root of each tree.
// prettier-ignore
const ROOTS = unpacked(Int32Array, `
AAAAAAEAAAA=
`);

// For each inner node: which of the numbers it tests,
// prettier-ignore
const TESTED = unpacked(Uint8Array, `
AAABAAEAAQABAAEAAQ==
`);

// the cut that this is compared with,
// prettier-ignore
const CUTS = unpacked(Float64Array, `
AAAAAACAPkAAAAAAAAAAAAAAAAAAAPA/AAAAAAAAAEAAAAAAAAAIQAAAAAAAABBAAAAAAAAAFEAA
AAAAAAAYQAAAAAAAABxAAAAAAAAAIEAAAAAAAAAiQAAAAAAAACRAAAAAAAAAJkA=
`);

// the node after it where it is at most the cut,
// prettier-ignore
const HOLDS = unpacked(Int16Array, `
///9//z/+//6//n/+P/3//b/9f/0//P/8v8=
`);

// and where it is not. Below zero are leaves: leaf k is -1 - k.
// prettier-ignore
const FAILS = unpacked(Int16Array, `
/v8CAAMABAAFAAYABwAIAAkACgALAAwA8f8=
`);

// For each leaf: the number that apply answers.
// prettier-ignore
const NODES = unpacked(Uint8Array, `
AQIBAwUHCQsNDxETFRcY
`);

/** The leaf that the tests from a node on lead to. NaN fails them. */
function leaf(numbers, node) {
  let at = node;
  while (at >= 0) {
    at = numbers[TESTED[at]] <= CUTS[at] ? HOLDS[at] : FAILS[at];
  }
  return -1 - at;
}

/**
 * The number that the model gives the leaf of each tree for one record.
 * @param {Row | Map<string, unknown>} record
 */
export function apply(record) {
  const numbers = validate(record);
  const roots = Array.from(ROOTS);
  const leaves = roots.map((root) => NODES[leaf(numbers, root)]);
  return rowsOf(leaves, 1);
}

/**
 * The answers for many records.
 * @param {Iterable<Row | Map<string, unknown>>} records
 */
export function predictMany(records) {
  return Array.from(records, (record) => predict(record));
}

/**
 * The probabilities for many records.
 * @param {Iterable<Row | Map<string, unknown>>} records
 */
export function predictProbaMany(records) {
  return Array.from(records, (record) => predictProba(record));
}

/** The numbers of a typed array, from base64 of their bytes, the least first. */
function unpacked(Type, text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const size = Type.BYTES_PER_ELEMENT;
  if (size === 1 || new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) {
    return new Type(bytes.buffer);
  }
  for (let i = 0; i < bytes.length; i += size) {
    bytes.subarray(i, i + size).reverse();
  }
  return new Type(bytes.buffer);
}

/** Rows of so many numbers each. */
function rowsOf(numbers, width) {
  const rows = [];
  for (let i = 0; i < numbers.length; i += width) {
    rows.push(Array.from(numbers.slice(i, i + width)));
  }
  return rows;
}

/** 2 ** -1074 to 2 ** 1023. */
const POWERS_OF_TWO = powersOfTwo();

/**
 * 2 ** (0 / 128) to 2 ** (127 / 128), each followed by what it lacks,
 * relatively.
 */
const EXP_TABLE = expTable();

/** 2 ** -1074 to 2 ** 1023. */
function powersOfTwo() {
  const powers = new Float64Array(2098);
  for (let i = 0, next = 5e-324; i < 2098; i++, next *= 2) {
    powers[i] = next;
  }
  return powers;
}

/** The root of a whole number, rounded down. */
function wholeRoot(x) {
  let root = x;
  for (let next = x >> 1n; next < root;) {
    root = next;
    next = (root + x / root) >> 1n;
  }
  return root;
}

/** Computes EXP_TABLE, in multiples of 2**-128. */
function expTable() {
  let root = 2n << 128n;
  for (let i = 0; i < 7; i++) {
    root = wholeRoot(root << 128n);
  }
  const table = new Float64Array(256);
  for (let i = 0, exact = 1n << 128n; i < 256; i += 2) {
    const near = BigInt(Number(exact));
    table[i] = Number(near) * POWERS_OF_TWO[946];
    table[i + 1] = Number(((exact - near) << 128n) / near) * POWERS_OF_TWO[946];
    exact = (exact * root) >> 128n;
  }
  return table;
}

/** a * b less their product as it is rounded, exactly. */
function productError(a, b, product) {
  const a0 = a * 134217729;
  const b0 = b * 134217729;
  const a1 = a0 - (a0 - a);
  const b1 = b0 - (b0 - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return a2 * b2 - (product - a1 * b1 - a2 * b1 - a1 * b2);
}

/** a * b + c, rounded once; the size of a * b is 0 or from 1e-270 to 1e290. */
function fma(a, b, c) {
  const p = a * b;
  const near = c + p * 1.0000000000000002;
  // The product lies between these two, whichever way it is rounded.
  return near === c + p * 0.9999999999999998 ? near : fmaInDoubt(a, b, c);
}

/** The same, where the rounding of the product may count. */
function fmaInDoubt(a, b, c) {
  const p = a * b;
  const high = p + c;
  const added = high - p;
  const rest = p - (high - added) + (c - added);
  const error = productError(a, b, p);
  const low = rest + error;
  const part = low - rest;
  const lost = rest - (low - part) + (error - part);
  const near = high + low;
  const off = low - (near - high);
  const next = near + off * 1.0000000000000002;
  // Half way between two numbers, what is lost decides.
  const between = next - near === 2 * off;
  return between && (off > 0 ? lost > 0 : lost < 0) ? next : near;
}

/** The exponential. */
function exp(x) {
  return expOfSum(x, 0);
}

/** The exponential of high + low, where low is much the smaller. */
function expOfSum(high, low) {
  const size = Math.abs(high);
  if (!(size >= 5.551115123125783e-17 && size < 512)) {
    return expAtLimit(high, low);
  }
  const k = expCount(high) | 0;
  const rest = high + k * -0.005415212348111709;
  const r = fma(k, -1.2864023111638346e-14, rest) + low;
  const i = (k & 127) << 1;
  const scale = EXP_TABLE[i];
  const result = fma(scale, expPart(r, EXP_TABLE[i + 1]), scale);
  return result * POWERS_OF_TWO[1074 + (k >> 7)];
}

/** The whole number next to x times 128 / log(2). */
function expCount(x) {
  const count = x * 184.6649652337873;
  const near = count + 6755399441055744 - 6755399441055744;
  if (Math.abs(count - near) < 0.49999) {
    return near;
  }
  return fma(x, 184.6649652337873, 6755399441055744) - 6755399441055744;
}

/** (1 + tail) * exp(r) - 1, near 0. */
function expPart(r, tail) {
  const r2 = r * r;
  const p = fma(r, 0.16666666666665886, 0.49999999999996786);
  const q = fma(r, 0.008333335853059549, 0.0416666808410674);
  return fma(r2 * r2, q, fma(p, r2, tail + r));
}

/**
 * As expOfSum, where the answer is about 1, may overflow, or has fewer digits.
 */
function expAtLimit(high, low) {
  if (!(Math.abs(high) >= 512)) {
    return 1 + high;
  }
  if (!(Math.abs(high) < 1024)) {
    return high < 0 ? 0 : Infinity;
  }
  const k = expCount(high);
  const rest = fma(k, -0.005415212348111709, high);
  const r = fma(k, -1.2864023111638346e-14, rest) + low;
  const i = (k & 127) << 1;
  const scale = EXP_TABLE[i];
  const p = expPart(r, EXP_TABLE[i + 1]);
  const e = k >> 7;
  if (k < 0) {
    return expTiny(scale * POWERS_OF_TWO[2096 + e], p);
  }
  const result = fma(scale, p, scale);
  return e > 1024 ? Infinity : result * POWERS_OF_TWO[1073 + e] * 2;
}

/**
 * scale * (1 + p) over 2**1022, rounded once where it has fewer than 53 bits.
 */
function expTiny(scale, p) {
  const part = scale * p;
  const y = scale + part;
  if (y >= 1) {
    return y * 2.2250738585072014e-308;
  }
  const hi = 1 + y;
  const lo = 1 - hi + y + (scale - y + part);
  return (hi + lo - 1) * 2.2250738585072014e-308;
}

/** 1 / (1 + exp(-x)). */
function expit(x) {
  return 1 / (1 + exp(-x));
}

// What validate does with a record.

/**
 * A record that cannot be scored.
 *
 * missing: the columns that it lacks; invalid: column -> the value that is not valid;
 * errors(): every fault, in the types of JSON; message: the same, for people.
 */
export class InvalidRecord extends Error {
  constructor(faults, problem = "") {
    super(problem || explained(faults));
    this.name = "InvalidRecord";
    this.faults = faults; // of each column the code of what is wrong, and the value
    this.problem = problem; // why it is no record at all
    const absent = faults.filter(([, code]) => code === "missing_column");
    const others = faults.filter(([, code]) => code !== "missing_column");
    this.missing = absent.map(([column]) => column);
    this.invalid = Object.fromEntries(others.map(([k, , value]) => [k, value]));
  }

  /** Of every fault its column, code, message, what is expected, and the value. */
  errors() {
    if (this.problem) {
      const expected = "an object from column to value";
      const fault = {
        column: null,
        code: "not_a_mapping",
        message: this.problem,
      };
      return [{ ...fault, expected, nearest: null, value: null }];
    }
    return this.faults.map(([column, code, value]) => ({
      column: asJson(column),
      code,
      message: messageOf(column, code, value),
      expected: expectedOf(column, code),
      nearest: null,
      value: asJson(value),
    }));
  }
}

/** Faults in words, a line each. */
function explained(faults) {
  const absent = [];
  const invalid = [];
  for (const [column, code, value] of faults) {
    if (code === "missing_column") {
      absent.push(`    ${shown(column)}`);
    } else {
      invalid.push(`    ${messageOf(column, code, value)}`);
    }
  }
  const lines = [];
  if (absent.length > 0) {
    const words = "Not all columns were specified for model. Missing columns:";
    lines.push(words, ...absent);
  }
  if (invalid.length > 0) {
    lines.push("Input is invalid:", ...invalid);
  }
  return lines.join("\n");
}

/** One fault in words. */
function messageOf(column, code, value) {
  if (code === "missing_column") {
    return `"${shown(column)}" is missing`;
  }
  const expected = expectedOf(column, code);
  const what = `"${shown(value)}" is not a valid value for "${shown(column)}"`;
  return `${what} (expected ${expected})`;
}

/** What a column takes, in words. */
function expectedOf(column, code) {
  const rule = RULES.get(column);
  if (rule.enum) {
    const some = rule.enum.slice(0, 23);
    const keys = some.map(keyOf); // true and 1 are one
    const known = some.filter((_, i) => keys.indexOf(keys[i]) === i);
    const words = known.map((x) => (x === null ? "None" : `"${shown(x)}"`));
    const more = words.length > 20 ? ", ..." : "";
    return `one of ${words.slice(0, 20).join(", ")}${more}`;
  }
  if (rule.examples) {
    return "a category, as text";
  }
  let words = rule.type.includes("integer") ? "an integer" : "a number";
  if (code === "integer_too_large") {
    return `${words}; integers up to 2**53, beyond which floats skip some`;
  }
  if (code === "combination") {
    const why = "together they come to a number that the model does not take";
    return `another number here or in the other columns: ${why}`;
  }
  const { minimum, maximum } = rule;
  const largest = Math.max(Math.abs(minimum ?? 0), Math.abs(maximum ?? 0));
  if (code === "out_of_range" || largest < 1e30) {
    if (minimum !== undefined) {
      const only = maximum === undefined ? "of at least" : "from";
      words += ` ${only} ${shownNumber(minimum)}`;
    }
    if (maximum !== undefined) {
      const only = minimum === undefined ? "of at most" : "to";
      words += ` ${only} ${shownNumber(maximum)}`;
    }
  }
  for (const hole of rule.not?.anyOf ?? []) {
    const ends = new Set([hole.minimum, hole.maximum].map(shownNumber));
    words += `, but not ${[...ends].join(" to ")}`;
  }
  return words;
}

/** The clean values of some columns: numbers, NaN where they are missing; categories,
 * null where they are; or InvalidRecord, naming every fault at once. */
function checked(record, columns) {
  if (record === null || typeof record !== "object" || Array.isArray(record)) {
    const kind = Array.isArray(record) ? "array" : typeof record;
    const what = record === null ? "null" : `of type ${kind}`;
    const problem = `a record is an object from column to value, and this is ${what}`;
    const more = Array.isArray(record)
      ? " (predictMany takes many records)"
      : "";
    throw new InvalidRecord([], problem + more);
  }
  const isMap = record instanceof Map;
  const values = [];
  const faults = [];
  for (const column of columns) {
    if (isMap ? !record.has(column) : !Object.hasOwn(record, column)) {
      faults.push([column, "missing_column", null]);
      continue;
    }
    const value = isMap ? record.get(column) : record[column];
    const rule = RULES.get(column);
    const clean = rule.enum || rule.examples ? category : number;
    const found = clean(rule, value);
    if (found instanceof Fault) {
      faults.push([column, found.code, value]);
    }
    values.push(found);
  }
  if (faults.length > 0) {
    throw new InvalidRecord(faults);
  }
  return values;
}

/** What is wrong with a value: its code. */
class Fault {
  constructor(code) {
    this.code = code;
  }
}

/** A number that the rule admits, NaN where it is missing; or a Fault. */
function number(rule, value) {
  if (
    typeof value === "number" &&
    value >= rule.minimum &&
    value <= rule.maximum &&
    !rule.not &&
    !rule.type.includes("integer")
  ) {
    return value; // most values
  }
  let x = value ?? NaN;
  if (typeof x === "bigint") {
    if (x > 9007199254740992n || x < -9007199254740992n) {
      return new Fault("integer_too_large");
    }
    x = Number(x);
  } else if (typeof x === "boolean") {
    x = Number(x);
  } else if (typeof x !== "number") {
    return new Fault("not_a_number");
  }
  if (x !== x) {
    const optional = rule.type.includes("null");
    return optional ? NaN : new Fault("missing_value");
  }
  if (x < (rule.minimum ?? x) || x > (rule.maximum ?? x)) {
    return new Fault("out_of_range");
  }
  for (const hole of rule.not?.anyOf ?? []) {
    if (hole.minimum <= x && x <= hole.maximum) {
      return new Fault("out_of_range");
    }
  }
  if (rule.type.includes("integer") && !Number.isInteger(x)) {
    return new Fault("not_an_integer");
  }
  return x;
}

/** A category that the rule admits, null where it is missing; or a Fault. */
function category(rule, value) {
  const key = keyOf(value);
  const known = KNOWN.get(rule);
  if (known.has(key)) {
    return known.get(key);
  }
  if (key === null) {
    const optional = rule.examples && rule.type.includes("null");
    return optional ? null : new Fault("missing_value");
  }
  const plain = ["string", "number", "bigint"].includes(typeof key);
  return rule.examples && plain ? key : new Fault("unknown_category");
}

/** For each rule that lists categories: what a value is told by -> the category. */
const KNOWN = knownCategories();

function knownCategories() {
  const known = new Map();
  for (const rule of RULES.values()) {
    const categories = new Map();
    for (const value of rule.enum ?? rule.examples ?? []) {
      const key = keyOf(value);
      if (!categories.has(key)) {
        categories.set(key, value);
      }
    }
    known.set(rule, categories);
  }
  return known;
}

/** What a value is told by: true is 1, an integer the same in each of its types, and
 * what is missing null. */
function keyOf(value) {
  if (value === undefined || value !== value) {
    return null;
  }
  if (typeof value === "boolean") {
    return Number(value);
  }
  if (typeof value === "bigint") {
    const x = Number(value);
    return Number.isSafeInteger(x) ? x : value;
  }
  const large = Number.isInteger(value) && !Number.isSafeInteger(value);
  return large ? BigInt(value) : value;
}

/** A value for a message: on one line, printable, of a readable length. */
function shown(value) {
  let text = value;
  if (typeof value !== "string") {
    const plain = value === null || typeof value !== "object";
    text = plain && typeof value !== "function" ? String(value) : typeof value;
  }
  const letters = Array.from(text).slice(0, 81);
  const escaped = Array.from(letters.map(visible).join(""));
  return escaped.length > 80
    ? `${escaped.slice(0, 77).join("")}...`
    : escaped.join("");
}

/** A letter, or an escape for it where it shows nothing or acts upon a terminal. */
function visible(letter) {
  if (letter === " " || !/[\p{C}\p{Z}]/u.test(letter)) {
    return letter;
  }
  const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[letter];
  const code = letter.codePointAt(0);
  const width = code < 256 ? 2 : code < 65536 ? 4 : 8;
  const kind = { 2: "x", 4: "u", 8: "U" }[width];
  return named ?? `\\${kind}${code.toString(16).padStart(width, "0")}`;
}

/** A number as Python writes a float, so that messages are the same. */
function shownNumber(x) {
  const magnitude = Math.abs(x);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e16)) {
    const [digits, exponent] = x.toExponential().split("e");
    return `${digits}e${exponent[0]}${exponent.slice(1).padStart(2, "0")}`;
  }
  const text = Object.is(x, -0) ? "-0" : String(x);
  return text.includes(".") ? text : `${text}.0`;
}

/** A value where JSON has it, else what is shown of it. */
function asJson(value) {
  if (typeof value === "string") {
    return value.replace(/\p{Cs}/gu, (half) => visible(half));
  }
  const exact =
    value === null || typeof value === "boolean" || Number.isFinite(value);
  return exact ? value : shown(value);
}

/**
 * Score the records of a file: node scorer.mjs FILE [--proba]
 * @param {string[]} words the arguments on the command line
 * @returns {Promise<number>} the exit code
 */
export function main(words) {
  return command(words, { predict, predictProba, classes: CLASSES });
}

/** What the command line asks for, of a scorer's functions; the exit code. */
async function command(words, { predict, predictProba, classes }) {
  const { createReadStream } = await import("node:fs");
  const options = words.filter((word) => word.length > 1 && word[0] === "-");
  const files = words.filter((word) => !options.includes(word));
  const known = ["--schema", "--version", "--help", "-h"];
  known.push(...(predictProba ? ["--proba"] : []));
  const wrong = options.find((word) => !known.includes(word));
  const usage = `usage: node scorer.mjs FILE ${predictProba ? "[--proba] " : ""}[--schema] [--version]`;
  if (options.includes("--help") || options.includes("-h")) {
    console.log(`${usage}\n\n${ABOUT}`);
    return 0;
  }
  if (options.includes("--schema") || options.includes("--version")) {
    const asked = options.includes("--schema") ? SCHEMA : MODEL;
    console.log(JSON.stringify(asked, null, 2));
    return 0;
  }
  if (wrong !== undefined || files.length !== 1) {
    const fault = wrong ? `there is no option ${wrong}` : "one FILE is needed";
    console.error(`${usage}\nscorer.mjs: ${fault} (- is standard input)`);
    return 2;
  }
  const answer = options.includes("--proba")
    ? (record) => named(predictProba(record), classes)
    : predict;
  try {
    const stream =
      files[0] === "-" ? process.stdin : createReadStream(files[0]);
    stream.setEncoding("utf8");
    return await scoreRows(recordsOf(stream, files[0]), answer);
  } catch (error) {
    if (error.code === "EPIPE") {
      return 1; // its reader has had enough
    }
    if (!error.code && !(error instanceof InvalidRecord)) {
      throw error;
    }
    say(`${files[0]}: ${error.message}`);
    return error.syscall ? 2 : 1;
  }
}

const ABOUT = `An answer for each record of a CSV or JSON file, as JSON, in their order.
A record that cannot be scored is answered by null, and why is said on
standard error; the exit code is then 1.`;

/** Write an answer for each row, and say what is refused; 1 if anything is. */
async function scoreRows(rows, answer) {
  const { once } = await import("node:events");
  const broken = new Promise((_, reject) => process.stdout.on("error", reject));
  const seen = new Map();
  let lines = [];
  let scored = 0;
  let refused = 0;
  const flush = async () => {
    const text = lines.join("");
    lines = [];
    if (!process.stdout.write(text)) {
      await Promise.race([once(process.stdout, "drain"), broken]);
    }
  };
  for await (const [line, read] of rows) {
    let text = "null";
    try {
      text = asText(answer(read()));
      scored += 1;
    } catch (error) {
      if (!(error instanceof InvalidRecord)) {
        throw error;
      }
      refused += 1;
      const first = seen.get(error.message);
      if (first) {
        first.more += 1;
      } else if (seen.size < 100) {
        seen.set(error.message, { line, more: 0 });
        say(`line ${line}: ${error.message}`);
      }
    }
    lines.push(`${text}\n`);
    if (lines.length >= 1000) {
      await flush();
    }
  }
  await flush();
  for (const { line, more } of seen.values()) {
    if (more > 0) {
      say(`line ${line}: the same in ${more} more`);
    }
  }
  say(`${scored} scored, ${refused} refused`);
  return refused > 0 ? 1 : 0;
}

/** Of each record in a file its line, and a function that reads it. */
async function* recordsOf(stream, file) {
  const lines = linesOf(stream);
  let { value: first, done } = await lines.next();
  let number = 1;
  while (!done && first.trim() === "") {
    ({ value: first, done } = await lines.next());
    number += 1;
  }
  const start = (first ?? "").trimStart()[0];
  if (start === "[") {
    let text = first;
    for await (const line of lines) {
      text += line;
    }
    const records = parsed(text);
    for (let i = 0; i < records.length; i += 1) {
      yield [i + 1, () => records[i]];
    }
  } else if (start === "{" || /\.(jsonl|ndjson)$/.test(file)) {
    for (; !done; number += 1) {
      const line = first;
      if (line.trim() !== "") {
        yield [number, () => parsed(line)];
      }
      ({ value: first, done } = await lines.next());
    }
  } else {
    yield* csvRecords(first ?? "", number, lines);
  }
}

/** The lines of a stream of text, with what ends them. */
async function* linesOf(stream) {
  let rest = "";
  let isFirst = true;
  for await (const chunk of stream) {
    const text = isFirst ? chunk.replace(/^\uFEFF/, "") : chunk;
    isFirst = false;
    const parts = (rest + text).split(/(?<=\n)/);
    rest = parts[parts.length - 1].endsWith("\n") ? "" : parts.pop();
    yield* parts;
  }
  if (rest !== "") {
    yield rest;
  }
}

/** The value of a text of JSON; InvalidRecord where it is none. */
function parsed(text) {
  check(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InvalidRecord([], `it is not JSON: ${error.message}`);
  }
}

/** InvalidRecord where a byte could not be decoded. */
function check(text) {
  if (text.includes("\uFFFD")) {
    throw new InvalidRecord([], "a byte of it is not UTF-8");
  }
}

/** The records of a CSV file, from its header line on. */
async function* csvRecords(header, number, lines) {
  check(header);
  const counts = [",", ";", "\t", "|"].map((c) => [header.split(c).length, c]);
  const delimiter = counts.reduce((a, b) => (b[0] > a[0] ? b : a))[1];
  const names = cellsOf(header, delimiter) ?? [];
  const twice = COLUMNS.find((c) => names.indexOf(c) !== names.lastIndexOf(c));
  if (twice !== undefined) {
    throw new InvalidRecord(
      [],
      `there are two columns ${JSON.stringify(twice)}`,
    );
  }
  const absent = COLUMNS.filter((name) => !names.includes(name));
  if (absent.length > 0) {
    const faults = absent.map((name) => [name, "missing_column", null]);
    throw new InvalidRecord(faults); // said once, not for every row
  }
  const plan = COLUMNS.map((name) => [
    name,
    names.indexOf(name),
    readerOf(RULES.get(name)),
  ]);
  let line = number;
  let text = "";
  let first = 0;
  for await (const more of lines) {
    line += 1;
    first = text === "" ? line : first;
    text += more;
    const cells = cellsOf(text, delimiter);
    if (cells === null && text.length < 1_000_000) {
      continue; // a quote is open
    }
    const row = text;
    text = "";
    if (cells === null) {
      yield* lostIn(row, first);
    } else if (row.trim() !== "") {
      yield [first, () => recordOf(row, cells, names, plan)];
    }
  }
  if (text !== "") {
    yield* lostIn(text, first);
  }
}

/** The rows of a text in which a quote does not end: nothing is known of any. */
function* lostIn(text, first) {
  let line = first;
  for (const row of text.split(/(?<=\n)/)) {
    const why =
      line === first
        ? "a quote in it does not end"
        : `it was lost in the row of line ${first}`;
    if (row.trim() !== "") {
      yield [line, () => refuse(why)];
    }
    line += 1;
  }
}

function refuse(why) {
  throw new InvalidRecord([], why);
}

/** The record of a row of a CSV file. */
function recordOf(row, cells, names, plan) {
  check(row);
  if (cells.length !== names.length) {
    const counts = `${cells.length} cells, where the header line has ${names.length}`;
    throw new InvalidRecord([], counts);
  }
  return new Map(plan.map(([name, place, read]) => [name, read(cells[place])]));
}

/** The cells of a row of CSV; null where a quote does not end. */
function cellsOf(text, delimiter) {
  const row = text.replace(/\r?\n$/, "");
  if (!row.includes('"')) {
    return row.split(delimiter);
  }
  const cells = [];
  let place = 0;
  while (place <= row.length) {
    let end = row.indexOf(delimiter, place);
    let cell = "";
    if (row[place] === '"') {
      let close = row.indexOf('"', place + 1);
      while (close >= 0 && row[close + 1] === '"') {
        close = row.indexOf('"', close + 2);
      }
      if (close < 0) {
        return null;
      }
      end = row.indexOf(delimiter, close);
      cell = row.slice(place + 1, close).replaceAll('""', '"');
      cell += row.slice(close + 1, end < 0 ? row.length : end);
    } else {
      cell = row.slice(place, end < 0 ? row.length : end);
    }
    cells.push(cell);
    place = end < 0 ? row.length + 1 : end + delimiter.length;
  }
  return cells;
}

/** What a cell holds where it is missing, unless that is a category: as pandas has it. */
const MISSING = new Set(
  "|#N/A|#N/A N/A|#NA|-1.#IND|-1.#QNAN|-NaN|-nan|1.#IND|1.#QNAN|<NA>|N/A|NA|NULL|NaN|None|n/a|nan|null".split(
    "|",
  ),
);

/** What reads the cells of a column of a CSV file. */
function readerOf(rule) {
  const values = rule.enum ?? rule.examples ?? [true, false];
  const known = new Map();
  for (const value of values) {
    if (value !== null && !known.has(String(value))) {
      known.set(String(value), value);
    }
  }
  if (values.some((value) => typeof value === "boolean")) {
    for (const word of ["True", "TRUE", "true", "False", "FALSE", "false"]) {
      known.set(word, known.get(word) ?? word.toLowerCase() === "true");
    }
  }
  const isNumber = !rule.enum && !rule.examples;
  const holdsNumbers = values.some((value) => typeof value === "number");
  return (text) => {
    if (known.has(text)) {
      return known.get(text);
    }
    if (MISSING.has(text)) {
      return null;
    }
    return isNumber || holdsNumbers ? numberIn(text) : text;
  };
}

/** A number that a text writes, or the text where it writes none. */
function numberIn(text) {
  const word = text.trim();
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) {
    const x = Number(word);
    const whole = /^[+-]?\d+$/.test(word) && Math.abs(x) > 2 ** 53;
    return whole ? BigInt(word.replace("+", "")) : x;
  }
  const infinite = /^([+-]?)inf(inity)?$/i.exec(word);
  return infinite ? Number(`${infinite[1]}Infinity`) : text;
}

/** Probabilities by the names of their classes. */
function named(shares, classes) {
  if (!classes || classes.length !== shares.length) {
    return shares;
  }
  if (Array.isArray(classes[0])) {
    return Array.isArray(shares[0])
      ? shares.map((of, output) => named(of, classes[output]))
      : shares;
  }
  const words = { true: "True", false: "False", null: "None" };
  const names = classes.map((label) => words[label] ?? String(label));
  const distinct = new Set(names).size === names.length;
  return new Map(shares.map((x, k) => [distinct ? names[k] : String(k), x]));
}

/** An answer as JSON; numbers that JSON has not as Python's json writes them. */
function asText(value) {
  if (Array.isArray(value)) {
    return `[${value.map(asText).join(", ")}]`;
  }
  if (value instanceof Map) {
    const pairs = [...value].map(
      ([k, x]) => `${JSON.stringify(k)}: ${asText(x)}`,
    );
    return `{${pairs.join(", ")}}`;
  }
  if (typeof value === "string" || value === null) {
    return JSON.stringify(value);
  }
  return Object.is(value, -0) ? "-0.0" : String(value);
}

/** A message on standard error, with nothing in it that a terminal acts upon. */
function say(text) {
  const safe = text.replace(
    /[^\P{C}\n]/gu,
    (c) => `\\u{${c.codePointAt(0).toString(16)}}`,
  );
  console.error(safe);
}

/** Run the command line where node was started with this module. */
async function start(main, url) {
  const { existsSync, realpathSync } = await import("node:fs");
  const { pathToFileURL } = await import("node:url");
  const path = process.argv[1];
  if (existsSync(path) && url === pathToFileURL(realpathSync(path)).href) {
    process.exitCode = await main(process.argv.slice(2));
  }
}

if (globalThis.process?.argv?.[1]) {
  start(main, import.meta.url);
}
