import { compileCatalog } from '../src/metadata/compile.ts';
import { fieldTypes } from '../src/metadata/field-types/index.ts';
import { compileAccess } from '../src/plugins/permissions/access/compile-access.ts';
import { permissions } from '../src/plugins/permissions/index.ts';
import { readRules, type RuleDefinition } from '../src/plugins/permissions/definitions/read-rules.ts';
import { users } from '../src/plugins/users/index.ts';
import type { ClassFacts } from '../src/plugins/permissions/access/sharing-rows.ts';
import type { Rules } from '../src/plugins/permissions/rules.ts';

/** What rights cost before the first request of an access class: `node --expose-gc --import tsx bench/permissions-compile.ts [--check]`. */
const sizes = { objects: 200, fields: 10, sets: 100, classes: 200 } as const;
const bar = 1_000;

const names = (count: number, prefix: string): readonly string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

const objectFiles = names(sizes.objects, 'thing_').map((name) => ({
  file: `${name}.object.yml`,
  text: `name: ${name}\nsharingModel: private\nfields:\n  owner: { type: user, relatedName: ${name}_owned }\n${names(sizes.fields, 'f').map((field) => `  ${field}: { type: text }\n`).join('')}`,
}));

const all = { allowRead: true, allowCreate: true, allowEdit: true };
const definitions: readonly RuleDefinition[] = [
  { kind: 'role', value: [{ name: 'boss' }, { name: 'rep', parent: 'boss' }] },
  { kind: 'sharing', value: names(sizes.objects, 'thing_').map((object) => ({ name: `of ${object}`, object, condition: { f0: 'x' }, accessLevel: 'edit', sharedWith: { type: 'role', value: 'rep' } })) },
  {
    kind: 'permission',
    value: names(sizes.sets, 'set_').map((name, n) => ({
      name,
      objects: Object.fromEntries(names(sizes.objects, 'thing_').map((object) => [object, all])),
      fields: Object.fromEntries(names(sizes.objects, 'thing_').map((object) => [`${object}.f${n % sizes.fields}`, { readable: true }])),
      rowLevelSecurity: n % 10 === 0 ? [{ name: `own ${n}`, object: `thing_${n}`, using: "f1 = 'y'" }] : [],
    })),
  },
];

/** Asks every right, as a client that touches everything would. */
function compileAll(rules: Rules, catalog: ReturnType<typeof compileCatalog>['catalog'], facts: ClassFacts): ReturnType<typeof compileAccess> {
  const access = compileAccess(rules, catalog, facts);
  for (const object of catalog.objects.values()) for (const field of object.fields.keys()) access.object(object.name).field(field);
  return access;
}

const timed = <T>(work: () => T): { readonly result: T; readonly milliseconds: number } => {
  const begun = performance.now();
  const result = work();
  return { result, milliseconds: performance.now() - begun };
};

const { catalog } = compileCatalog({ files: objectFiles, plugins: [users(), permissions()], fieldTypes });
const problems: string[] = [];
const reading = timed(() => readRules(catalog, (...problem) => void problems.push(JSON.stringify(problem)), new Map(), definitions));
if (problems.length > 0) throw new Error(problems.join('\n'));
const rules = reading.result;
const facts = (sets: readonly string[]): ClassFacts => ({ sets, roles: ['boss', 'rep'], groups: [], personalRules: [], signedIn: true, hasShares: true, manyOwners: true });

const rounds = Array.from({ length: 5 }, () => timed(() => compileAll(rules, catalog, facts(names(sizes.sets, 'set_')))).milliseconds).sort((a, b) => a - b);
const [, , median = 0] = rounds;
const first = timed(() => compileAccess(rules, catalog, facts(names(sizes.sets, 'set_'))).object('thing_0').field('f0')).milliseconds;

const heap = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};
const before = heap();
const kept = names(sizes.classes, 'set_').map((_, n) => compileAll(rules, catalog, facts(names(3, 'set_').map((_name, k) => `set_${(n + k * 7) % sizes.sets}`))));
const perClass = (heap() - before) / kept.length / 1024;

console.log(`rules of ${sizes.sets} permission sets x ${sizes.objects} objects read in ${reading.milliseconds.toFixed(0)} ms`);
console.log(`one class with all ${sizes.sets} sets, all ${sizes.objects} objects and their fields: ${median.toFixed(0)} ms (bar ${bar} ms); its first object: ${first.toFixed(1)} ms`);
console.log(`memory of a class of 3 sets, everything asked: ${perClass.toFixed(0)} KiB${globalThis.gc ? '' : ' (without --expose-gc, a guess)'}; at most 250 classes are kept`);
if (process.argv.includes('--check') && median > bar) process.exit(1);
