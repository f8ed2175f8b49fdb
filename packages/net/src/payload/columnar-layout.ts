// The columnar codec's bytes (docs/protocol.md §5.19). A batch is one column of as many rows as it has items; a column
// of objects is made of one column for each key.
//
//   column   kind   1 byte, then by kind, for n rows; numbers low bytes first
//   VALUES   length integer (varint), then so many bytes: a msgpack batch of n        whatever is nothing below
//   RECORDS  keys as a msgpack array of strings, then a column of n rows for each
//   FLOATS   n x 8
//   INTS     least 8 (float64), width 1 (0, 1, 2 or 4), n x width: what is added to it
//   TEXTS    width 1 (1, 2 or 4), n x width: lengths, then the bytes of all
//   CHOICES  count integer (varint), so many texts as in TEXTS, width 1 (1 or 2), n x width: which one
//   BOOLEANS n x 1 (0 or 1)
//   NULLS, UNDEFINEDS   nothing
//   LISTS    width 1 (1, 2 or 4), n x width: lengths, then, unless all are 0, a column of their sum of rows
//   GAPS     n x 1 (0 a value, 1 null, 2 undefined), then, unless there is none, a column of the values
//
// Bound: the rows of all columns together are at most 4 x the payload's bytes + 16 x its items, whatever takes no
// bytes: a row becomes 72 bytes at most, an object of one key in its column. So a payload becomes less than 300 bytes
// for one, and 72 for each byte that the items are charged besides (itemOverhead, 16).

/** The first byte of a column. */
export const VALUES = 0;
export const RECORDS = 1;
export const FLOATS = 2;
export const INTS = 3;
export const TEXTS = 4;
export const CHOICES = 5;
export const BOOLEANS = 6;
export const NULLS = 7;
export const UNDEFINEDS = 8;
export const LISTS = 9;
export const GAPS = 10;

/** In the mask of GAPS. */
export const HERE = 0;
export const NULL = 1;
export const UNDEFINED = 2;

/** Columns stand in columns so deep at most; what is deeper is VALUES, which have their own bound. */
export const MAX_COLUMN_DEPTH = 16;

/** Rows that all columns of a payload may have together. */
export function rowLimit(bytes: number, items: number): number {
  return 4 * bytes + 16 * items;
}
