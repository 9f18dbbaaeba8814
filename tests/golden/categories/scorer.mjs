/**
 * An ExtraTreeClassifier in plain JavaScript: 3 columns in, one of 3 classes
 * out.
 *
 * Compiled by treecompile 0.1.0 from a model of scikit-learn 1.9.1 (33 nodes,
 * 17 leaves, depth 8; sha256 of its file 0123456789abcdef). Do not edit:
 * compile again.
 * Options: --target javascript
 *
 * @example
 * predict(EXAMPLE);
 * // "yes"
 */

/**
 * @typedef {{ "fruit": "apple" | "banana" | "cherry" | "damson" | "elderberry" | "fig" | "grape" | null; "size": "S" | "M" | "L"; "grade": number }} Row
 * @typedef {"maybe" | "no" | "yes"} Label
 */

/** What this was compiled from, and by; "digest" is that of the trees. */
export const MODEL = {
  estimator: "ExtraTreeClassifier",
  library: "scikit-learn",
  version: "1.9.1",
  sha256: "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  digest: "8ffed81c9f0cbfc8d4eca3bb89471468eb75f3595bc17040a881bdb36ed3464e",
  treecompile: "0.1.0",
  stamp: {},
};
export const COLUMNS = ["fruit", "size", "grade"];
export const CLASSES = ["maybe", "no", "yes"];
export const FEATURES = [
  "fruit_apple",
  "fruit_banana",
  "fruit_cherry",
  "fruit_damson",
  "fruit_elderberry",
  "fruit_fig",
  "fruit_grape",
  "fruit_nan",
  "size_S",
  "size_M",
  "size_L",
  "grade",
];
export const EXAMPLE = { fruit: "apple", size: "S", grade: 1 };

// What each column may hold, in the words of JSON Schema.
const RULES = new Map([
  [
    "fruit",
    {
      enum: [
        "apple",
        "banana",
        "cherry",
        "damson",
        "elderberry",
        "fig",
        "grape",
        null,
      ],
    },
  ],
  ["size", { enum: ["S", "M", "L"] }],
  ["grade", { enum: [1, 2, 3, true] }],
]);
export const SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "A record for the ExtraTreeClassifier",
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
  const values = validate(record);
  const [fruit, size, grade] = values;
  return [
    fruit === "apple" ? 1 : 0,
    fruit === "banana" ? 1 : 0,
    fruit === "cherry" ? 1 : 0,
    fruit === "damson" ? 1 : 0,
    fruit === "elderberry" ? 1 : 0,
    fruit === "fig" ? 1 : 0,
    fruit === "grape" ? 1 : 0,
    fruit === null ? 1 : 0,
    size === "S" ? 1 : 0,
    size === "M" ? 1 : 0,
    size === "L" ? 1 : 0,
    Number(grade),
  ];
}

// For each leaf: the answer, the share of each class and the number that the
// model itself gives the leaf.
const PREDICTIONS = [
  "no",
  "yes",
  "maybe",
  "yes",
  "no",
  "yes",
  "no",
  "yes",
  "no",
  "yes",
  "no",
  "yes",
  "no",
  "no",
  "yes",
  "yes",
  "no",
];
const PROBABILITIES = [
  [0.3333333333333333, 0.3333333333333333, 0.3333333333333333],
  [0, 0, 1],
  [1, 0, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 0, 1],
  [0, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [0, 0, 1],
  [0, 1, 0],
];
const LEAVES = [
  8, 9, 10, 12, 13, 15, 16, 18, 19, 21, 22, 24, 25, 29, 30, 31, 32,
];

/** The place of a record's leaf in the tables above. */
export function score(fruit, size, grade) {
  if (grade === 3) {
    if (fruit === null) {
      return 16; // "no"
    } else if (fruit === "apple") {
      return 15; // "yes"
    } else if (fruit === "fig") {
      return 14; // "yes"
    } else {
      return 13; // "no"
    }
  } else if (fruit === "elderberry") {
    if (size === "L") {
      return 12; // "no"
    } else {
      return 11; // "yes"
    }
  } else if (fruit === "damson") {
    if (size === "L") {
      return 10; // "no"
    } else {
      return 9; // "yes"
    }
  } else if (fruit === "cherry") {
    if (size === "L") {
      return 8; // "no"
    } else {
      return 7; // "yes"
    }
  } else if (fruit === "banana") {
    if (size === "L") {
      return 6; // "no"
    } else {
      return 5; // "yes"
    }
  } else if (fruit === "apple") {
    if (size === "L") {
      return 4; // "no"
    } else {
      return 3; // "yes"
    }
  } else if (size === "M") {
    return 2; // "maybe"
  } else if (size === "S") {
    return 1; // "yes"
  } else {
    return 0; // "no"
  }
}

/**
 * The answer for one record; InvalidRecord if it cannot be scored.
 * @param {Row | Map<string, unknown>} record
 */
export function predict(record) {
  return PREDICTIONS[score(...validate(record))];
}

/**
 * The probability of each of CLASSES for one record.
 * @param {Row | Map<string, unknown>} record
 */
export function predictProba(record) {
  return PROBABILITIES[score(...validate(record))];
}

/**
 * The number that the model gives the leaf of one record.
 * @param {Row | Map<string, unknown>} record
 */
export function apply(record) {
  return LEAVES[score(...validate(record))];
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
