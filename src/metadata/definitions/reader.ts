import { suggest } from '../nearest.ts';
import type { Severity } from '../diagnostic.ts';
import type { Path } from '../source-document.ts';

export type Report = (severity: Severity, path: Path, subject: string, message: string, hint?: string) => void;

/** A mapping of a definition that is read key by key. What nobody reads is reported at the end: no key is silently without effect. */
export class Reader {
  readonly subject: string;
  readonly path: Path;
  readonly report: Report;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();
  readonly #accepted = new Set<string>();

  constructor(value: unknown, path: Path, subject: string, report: Report) {
    this.path = path;
    this.subject = subject;
    this.report = report;
    this.#value = isMapping(value) ? value : {};
    if (!isMapping(value)) this.error([], 'must be a mapping of keys');
  }

  error(path: Path, message: string, hint?: string): void {
    this.report('error', [...this.path, ...path], this.subject, message, hint);
  }

  /** The spelling that is written; the first is the canonical one. */
  keyOf(...names: readonly string[]): string | undefined {
    const [canonical = ''] = names;
    this.#accepted.add(canonical);
    const given = names.filter((name) => this.#value[name] !== undefined && this.#value[name] !== null);
    for (const name of given) this.#read.add(name);
    const [first, second] = given;
    if (first !== undefined && second !== undefined) this.error([second], `"${second}" means "${first}", which is given too`, `Keep "${canonical}".`);
    return first;
  }

  raw(...names: readonly string[]): { readonly key: string; readonly value: unknown } | undefined {
    const key = this.keyOf(...names);
    return key === undefined ? undefined : { key, value: this.#value[key] };
  }

  text(...names: readonly string[]): string | undefined {
    const found = this.raw(...names);
    if (!found) return undefined;
    if (typeof found.value === 'string' && found.value !== '') return found.value;
    this.error([found.key], `must be a text`);
    return undefined;
  }

  required(...names: readonly string[]): string {
    const text = this.text(...names);
    if (text === undefined && this.keyOf(...names) === undefined) this.error([], `"${names[0] ?? ''}" is missing`);
    return text ?? '';
  }

  flag(fallback: boolean, ...names: readonly string[]): boolean {
    const found = this.raw(...names);
    if (!found) return fallback;
    if (typeof found.value === 'boolean') return found.value;
    this.error([found.key], 'must be true or false');
    return false;
  }

  /** A whole number within bounds. */
  whole(fallback: number, minimum: number, maximum: number, ...names: readonly string[]): number {
    const found = this.raw(...names);
    if (!found) return fallback;
    if (typeof found.value === 'number' && Number.isInteger(found.value) && found.value >= minimum && found.value <= maximum) return found.value;
    this.error([found.key], `must be a whole number from ${minimum} to ${maximum}`);
    return fallback;
  }

  texts(...names: readonly string[]): readonly string[] | undefined {
    const found = this.raw(...names);
    if (!found) return undefined;
    const list: readonly unknown[] = Array.isArray(found.value) ? found.value : [found.value];
    if (list.every((item) => typeof item === 'string')) return list;
    this.error([found.key], 'must be a list of names');
    return undefined;
  }

  oneOf<T extends string>(accepted: Readonly<Record<string, T>>, ...names: readonly string[]): T | undefined {
    const text = this.text(...names);
    if (text === undefined) return undefined;
    if (Object.hasOwn(accepted, text)) return accepted[text];
    this.error([this.keyOf(...names) ?? ''], `"${text}" is not accepted`, suggest(text, Object.keys(accepted)));
    return undefined;
  }

  /** Members of a mapping below a key. */
  entries(...names: readonly string[]): readonly { readonly name: string; readonly value: unknown; readonly path: Path }[] {
    const found = this.raw(...names);
    if (!found) return [];
    if (isMapping(found.value)) return Object.entries(found.value).map(([name, value]) => ({ name, value, path: [...this.path, found.key, name] }));
    this.error([found.key], 'must be a mapping');
    return [];
  }

  items(...names: readonly string[]): readonly { readonly value: unknown; readonly path: Path }[] {
    const found = this.raw(...names);
    if (!found) return [];
    if (Array.isArray(found.value)) return found.value.map((value: unknown, index) => ({ value, path: [...this.path, found.key, index] }));
    this.error([found.key], 'must be a list');
    return [];
  }

  /** Accepted where nothing acts on it: says so. */
  idle(...names: readonly string[]): void {
    for (const name of names) {
      if (this.keyOf(name) !== undefined) this.report('warning', [...this.path, name], this.subject, `"${name}": accepted by the vocabulary, but nothing acts on it`);
    }
  }

  /** Accepted for people, without effect on rights. */
  skip(...names: readonly string[]): void {
    for (const name of names) this.keyOf(name);
  }

  end(): void {
    for (const key of Object.keys(this.#value)) {
      if (!this.#read.has(key) && this.#value[key] !== null && this.#value[key] !== undefined) this.error([key], `unknown key "${key}"`, suggest(key, [...this.#accepted]));
    }
  }
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
