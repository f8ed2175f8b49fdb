// The keys of the objects that are written: which of them were defined in this batch already, and under which id.
//
//   last ──next──► expected: the one that came after it before        compared key by key, nothing looked up
//   root ──a──► ──b──► ──c──► shape {a, b, c}                         looked up when it is another one
//
// Bounds: shapes of at most 64 keys and 1,024 characters (record-shapes.ts); with 256 of them all are forgotten.

import { isRememberable, MAX_SHAPES } from "./record-shapes.js";

/** Keys in their order. `id` counts in the batch `batch` only. */
export class WrittenShape {
  readonly keys: readonly string[];
  id = 0;
  batch = 0;
  /** Which shape came after this one last time. */
  next: WrittenShape | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }
}

/** All shapes, and those of the batch that is being written. */
export class WrittenShapes {
  /** The number of this batch. */
  batch = 0;
  private root = new Node();
  private count = 0;
  private defined = 0;
  private last = new WrittenShape([]);

  /** Another batch: nothing is defined in it. */
  begin(): void {
    this.batch += 1;
    this.defined = 0;
    if (this.count < MAX_SHAPES) return;
    this.count = 0;
    this.root = new Node();
    this.last = new WrittenShape([]);
  }

  /** The shape of an object; undefined when it has no keys, or too many. */
  of(object: object): WrittenShape | undefined {
    const { last } = this;
    const { next } = last;
    if (next !== undefined && hasKeys(object, next.keys)) {
      this.last = next;
      return next;
    }
    const found = this.find(Object.keys(object));
    if (found === undefined) return undefined;
    last.next = found;
    this.last = found;
    return found;
  }

  /** Gives the shape its id in this batch; undefined when all are taken. */
  define(shape: WrittenShape): number | undefined {
    if (this.defined === RECORD_IDS) return undefined;
    shape.batch = this.batch;
    shape.id = 0x40 + this.defined;
    this.defined += 1;
    return shape.id;
  }

  private find(keys: readonly string[]): WrittenShape | undefined {
    if (keys.length === 0 || !isRememberable(keys)) return undefined;
    let node = this.root;
    for (const key of keys) {
      let next = node.nodes.get(key);
      if (next === undefined) {
        next = new Node();
        node.nodes.set(key, next);
      }
      node = next;
    }
    if (node.shape === undefined) {
      node.shape = new WrittenShape(keys);
      this.count += 1;
    }
    return node.shape;
  }
}

class Node {
  readonly nodes: Map<string, Node> = new Map();
  shape: WrittenShape | undefined = undefined;
}

function hasKeys(object: object, keys: readonly string[]): boolean {
  let count = 0;
  for (const key in object) {
    // What is inherited is not sent; to ask costs nothing in this loop, where the engine knows the answer.
    if (key !== keys[count] || !hasOwn.call(object, key)) return false;
    count += 1;
  }
  return count === keys.length;
}

const hasOwn = Object.prototype.hasOwnProperty;

/** Ids of records in one batch: 0x40 to 0x7f. */
const RECORD_IDS = 64;
