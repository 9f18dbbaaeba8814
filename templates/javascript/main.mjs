/*
 * The command line of a scorer in JavaScript: node scorer.mjs FILE [--proba]
 *
 * A scorer takes it along whole, and has these declarations of its own.
 */

import { COLUMNS, InvalidRecord, RULES } from "./record.mjs";

const MODEL = {};
const SCHEMA = {};

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

export { command, start };
