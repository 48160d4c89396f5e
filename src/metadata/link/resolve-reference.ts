import { platformPrefix } from '../naming.ts';
import { toPlural, toSingular, toSnake } from '../words.ts';

/**
 * The object that a reference means: the exact name, else its snake case (`SLATemplate` → `sla_template`), else its
 * singular or plural, each also as an object of the platform (`users` → `sys_user`).
 */
export function resolveReference(reference: string, objects: { has(name: string): boolean }): string | undefined {
  const snake = toSnake(reference);
  const spellings = [reference, snake, toSingular(snake), toPlural(snake)];
  return [...spellings, ...spellings.map((name) => platformPrefix + name)].find((name) => objects.has(name));
}
