/*
 * What a scorer in JavaScript does with a record before it is scored.
 *
 * A scorer takes from here the declarations that it uses, each with its comment, and has
 * COLUMNS and RULES of its own in place of these.
 */

const COLUMNS = [];
const RULES = new Map();

/**
 * A record that cannot be scored.
 *
 * missing: the columns that it lacks; invalid: column -> the value that is not valid;
 * errors(): every fault, in the types of JSON; message: the same, for people.
 */
class InvalidRecord extends Error {
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

export { COLUMNS, RULES, InvalidRecord, checked, shown, shownNumber };
