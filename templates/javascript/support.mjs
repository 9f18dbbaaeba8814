/*
 * Small functions that a scorer in JavaScript takes along where it uses them.
 */

/** A number, brought between two others; NaN stays. */
function clip(x, low, high) {
  return x < low ? low : x > high ? high : x;
}

/** The same numbers in ascending order. */
function ascending(numbers) {
  return [...numbers].sort((a, b) => (a < b ? -1 : Number(a > b)));
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

export { clip, ascending, unpacked, rowsOf };
