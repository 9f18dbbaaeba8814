/*
 * What puts records to a scorer in JavaScript for `verify`: node node.mjs URL
 *
 * It writes the names that the scorer exports. Each line that it reads is
 * [function, columns, rows], and for each it writes a line with an answer for
 * each row. Values are texts that tell what JSON does not: "f" and the bits of
 * a double, "n" and a BigInt, "s" and a text.
 */

import { createInterface } from "node:readline";

const BITS = new DataView(new ArrayBuffer(8));

/** A value as a text, an array of such, or what JSON has. */
function sent(value) {
  if (typeof value === "number") {
    BITS.setFloat64(0, value);
    return `f${BITS.getBigUint64(0).toString(16).padStart(16, "0")}`;
  }
  if (typeof value === "bigint") {
    return `n${value}`;
  }
  if (typeof value === "string") {
    return `s${value}`;
  }
  return Array.isArray(value) ? value.map(sent) : value;
}

/** The value that such a text stands for. */
function received(value) {
  if (typeof value !== "string") {
    return value;
  }
  const text = value.slice(1);
  if (value[0] === "f") {
    BITS.setBigUint64(0, BigInt(`0x${text}`));
    return BITS.getFloat64(0);
  }
  return value[0] === "n" ? BigInt(text) : text;
}

/** What the scorer answers to one row, or why it does not. */
function answer(scorer, name, columns, row) {
  const pairs = columns.map((column, i) => [column, received(row[i])]);
  try {
    return sent(scorer[name](Object.fromEntries(pairs)));
  } catch (error) {
    const refused = error instanceof scorer.InvalidRecord;
    return { [refused ? "refused" : "failed"]: String(error.message) };
  }
}

/** One line of JSON. */
function write(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

async function main() {
  let scorer;
  try {
    scorer = await import(process.argv[2]);
  } catch (error) {
    write({ failed: String(error) });
    return;
  }
  write(Object.keys(scorer));
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, columns, rows] = JSON.parse(line);
    write(rows.map((row) => answer(scorer, name, columns, row)));
  }
}

await main();
