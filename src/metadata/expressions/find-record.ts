import type { CatalogKey } from '../catalog.ts';
import { suggest } from '../nearest.ts';
import type { Checked, FindKey, FindRecord } from './checked.ts';
import { ExpressionError, type Expression, type Span } from './expression.ts';
import type { NameResolver } from './names.ts';
import { childrenOf } from './summarize.ts';
import { plain } from './retype.ts';
import type { ExpressionObject, ExpressionScope } from './scope.ts';
import type { ExpressionType } from './types.ts';

type Call = Expression & { kind: 'call' };

export interface Finding {
  readonly scope: ExpressionScope;
  readonly names: NameResolver;
  /** An argument, brought to a type. */
  value(argument: Expression, type: ExpressionType): Checked;
}

/** `LOOKUP(product, code, sku, price)`. Only what a unique index serves: it finds one record at most. */
export function findRecord(call: Call, { scope, names, value }: Finding): Checked {
  const place = { offset: call.offset, length: call.method ? call.length : call.name.length };
  if (scope.finds !== true) throw new ExpressionError('LOOKUP cannot be used here', place, 'Let a formula field of the object find it, or store it in a field by a default or a hook, and name that field.');
  if (!scope.object) throw new ExpressionError('LOOKUP is about a record, and there is none here', place);
  const target = targetOf(call, scope);
  const pairs = call.args.slice(1, -1);
  if (pairs.length % 2 !== 0) throw new ExpressionError('LOOKUP needs a value for each field of the key', call, 'Write LOOKUP(object, keyField, key, valueField), or with several keyField, key.');
  const keys: FindKey[] = [];
  for (let index = 0; index < pairs.length; index += 2) {
    const [field, key] = pairs.slice(index, index + 2) as [Expression, Expression];
    keys.push(keyOf(target, field, key, { scope, names, value }));
  }
  requireUnique(target, keys, { offset: (pairs[0] as Expression).offset, length: end(pairs.at(-2)) - (pairs[0] as Expression).offset });
  const shown = call.args.at(-1) as Expression;
  const { field, type } = names.fieldOf(target, nameIn(shown, 'a field'), shown);
  const find: FindRecord = { kind: 'find', object: target.name, keys, organization: organizationOf(scope.object, target, call.args[0] as Expression), field };
  return { ...find, type: plain(type) };
}

const end = (part: Span | undefined): number => (part ? part.offset + part.length : 0);

/** Objects and fields are written bare or as text. */
function nameIn(argument: Expression, what: string): string {
  if (argument.kind === 'name') return argument.name;
  if (argument.kind === 'text') return argument.value;
  throw new ExpressionError(`the name of ${what} is expected here`, argument, 'Write LOOKUP(object, keyField, key, valueField).');
}

function targetOf({ args: [named] }: Call, { catalog }: ExpressionScope): ExpressionObject {
  const argument = named as Expression;
  const name = nameIn(argument, 'an object');
  const target = catalog.objects.get(name);
  if (!target) throw new ExpressionError(`there is no object "${name}"`, argument, suggest(name, [...catalog.objects.keys()]));
  if (target.system) throw new ExpressionError(`LOOKUP finds no records of ${name}, which is the platform's own`, argument, 'Add a lookup to it, and write a path.');
  if (target.view) throw new ExpressionError(`LOOKUP finds no records of ${name}: nothing here keeps the keys of a view unique`, argument, 'Add a lookup to it, and write a path.');
  return target;
}

function keyOf(target: ExpressionObject, named: Expression, given: Expression, { names, value }: Finding): FindKey {
  const { field, type } = names.fieldOf(target, nameIn(named, 'a field'), named);
  const key = value(given, plain(type));
  if (isOfItem(key, new Set())) throw new ExpressionError('the key of a LOOKUP cannot be an item of a list', given, 'One record is found, not one for each item.');
  return { field, value: key };
}

/** Whether it reads the item of an `exists` or `all` that it stands in. */
function isOfItem(node: Checked, inner: ReadonlySet<number>): boolean {
  if (node.kind === 'variable') return !inner.has(node.variable);
  const known = node.kind === 'quantifier' ? new Set([...inner, node.variable]) : inner;
  return childrenOf(node).some((child) => isOfItem(child, known));
}

function requireUnique({ name, keys: known }: ExpressionObject, keys: readonly FindKey[], span: Span): void {
  const given = keys.map(({ field }) => field.name);
  const isKey = ({ fields }: CatalogKey): boolean => fields.length === given.length && fields.every((field) => given.includes(field));
  const floating = keys.find(({ field }) => field.type.filters(field) === 'float');
  if (floating) throw new ExpressionError(`${name}.${floating.field.name} is no key to find a record by: floating numbers are not exact`, span, 'Give the field a scale.');
  if (new Set(given).size === given.length && known.some(isKey)) return;
  const written = known.map(({ fields }) => fields.join(' and ')).join('; ');
  throw new ExpressionError(`${given.join(' and ')} of ${name} ${given.length === 1 ? 'is' : 'are'} not unique, so that several records could be meant`, span, `Make ${given.length === 1 ? 'it' : 'them'} unique, or find by a key: ${written}.`);
}

/** Nothing crosses: records of organizations find those of their own. */
function organizationOf(own: ExpressionObject, target: ExpressionObject, span: Span): FindRecord['organization'] {
  const found = target.organizationField === undefined ? undefined : target.fields.get(target.organizationField);
  if (!found) return undefined;
  const mine = own.organizationField === undefined ? undefined : own.fields.get(own.organizationField);
  if (!mine) throw new ExpressionError(`records of ${target.name} belong to organizations, and those of ${own.name} do not, so that nothing says whose is meant`, span, `Make ${own.name} tenant-aware, or add a lookup and write a path.`);
  return { found, own: mine };
}
