import type { CatalogField } from '../catalog.ts';
import { suggest } from '../nearest.ts';
import type { Checked, ReadField } from './checked.ts';
import { ExpressionError, type Expression, type Span } from './expression.ts';
import { callerRoots, callerValueNamed, loneCallerValue, type ExpressionObject, type ExpressionScope } from './scope.ts';
import { any, describeType, fieldType, id } from './types.ts';

type Root = 'record' | 'previous' | 'user' | 'org' | 'env' | 'variables' | 'os';
type Name = Expression & { kind: 'name' };
type Member = Expression & { kind: 'member' };

/** Finds what names and paths stand for: fields, fields behind lookups, values of the caller, variables. */
export class NameResolver {
  readonly #scope: ExpressionScope;

  constructor(scope: ExpressionScope) {
    this.#scope = scope;
  }

  name(expression: Name): Checked {
    const { name } = expression;
    const { object, variables } = this.#scope;
    const root = this.#root(expression);
    if (root === 'user') return { kind: 'value', root: 'user', name: 'id', type: id };
    if (root === 'org') return { kind: 'value', root: 'org', name: 'id', type: id };
    if (root === 'record' || root === 'previous') return this.#field(root, [], this.#objectOf(root, expression), 'id', expression, true);
    if (root === undefined) {
      if (object && findField(object, name)) return this.#field('record', [], object, name, expression);
      const type = variables && Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (type) return { kind: 'value', root: 'variable', name, type };
      const caller = loneCallerValue(name);
      if (caller) return { kind: 'value', root: 'user', ...caller };
    }
    throw new ExpressionError(root === undefined ? `${object ? `${object.name} has` : 'there is'} no ${object ? 'field' : 'value'} "${name}"` : `"${name}" is no value by itself`, expression, object?.name === name.toLowerCase() ? 'The record itself is called record.' : (suggest(name, this.#known()) ?? this.#roots()));
  }

  member(expression: Member, of: () => Checked): Checked {
    const { name } = expression;
    const place = { offset: expression.offset + expression.length - name.length, length: name.length };
    const root = this.#root(expression.of);
    switch (root) {
      case 'record':
      case 'previous':
        return this.#field(root, [], this.#objectOf(root, expression.of), name, place);
      case 'user':
        return { kind: 'value', root, ...callerValueNamed(name) };
      case 'org':
        if (name !== 'id') throw new ExpressionError(`of the organization only its id is known, not "${name}"`, place, 'Write os.org.id.');
        return { kind: 'value', root, name, type: id };
      case 'env':
        return { kind: 'value', root, name, type: any };
      case 'variables': {
        const { variables = {} } = this.#scope;
        const type = Object.hasOwn(variables, name) ? variables[name] : undefined;
        if (type) return { kind: 'value', root: 'variable', name, type };
        throw new ExpressionError(`there is no variable "${name}"`, place, suggest(name, Object.keys(variables)));
      }
      case 'os':
        throw new ExpressionError('os has user, org and env', place, 'Write os.user.id.');
    }
    const from = of();
    if (from.kind !== 'field' || from.type.kind !== 'record') throw new ExpressionError(`${describeType(from.type)} has no parts: "${name}"`, place, 'A path goes along lookups: account.industry.');
    const target = this.#scope.catalog.objects.get(from.type.object);
    if (!target) throw new ExpressionError(`"${from.field.name}" leads to ${from.type.object}, which is not defined`, expression.of);
    return this.#field(from.root, [...from.steps, from.field], target, name, place);
  }

  /** What a name or path stands for when it is no value: `record`, `os.user`. */
  #root(expression: Expression): Root | undefined {
    if (expression.kind === 'member') return this.#root(expression.of) === 'os' ? ({ user: 'user', org: 'org', env: 'env' } as const)[expression.name] : undefined;
    if (expression.kind !== 'name') return undefined;
    const name = expression.name.toLowerCase();
    const { object, variables } = this.#scope;
    const isCurrent = name.startsWith('current') || name.startsWith('$');
    if (!isCurrent && name !== 'record' && name !== 'previous' && object && findField(object, expression.name)) return undefined;
    if (name === 'record' || name === 'previous') return name;
    if (callerRoots.has(name)) return 'user';
    if (name === 'os') return 'os';
    if (name === 'vars' && variables) return 'variables';
    if (name === 'env') return 'env';
    return undefined;
  }

  #objectOf(root: 'record' | 'previous', span: Span): ExpressionObject {
    const { object, previous } = this.#scope;
    if (root === 'previous' && previous !== true) throw new ExpressionError('previous is known only where a record is written', span);
    if (!object) throw new ExpressionError(`there is no ${root} here`, span);
    return object;
  }

  /** A field of a record that is found in another way. */
  fieldOf(object: ExpressionObject, name: string, span: Span): Checked & ReadField {
    const found = this.#field('record', [], object, name, span);
    if (found.field.type.external !== undefined) throw onlyForGateways(found.field, span);
    return found;
  }

  #field(root: ReadField['root'], steps: readonly CatalogField[], object: ExpressionObject, name: string, span: Span, whole = false): Checked & ReadField {
    const field = findField(object, name);
    if (!field) throw new ExpressionError(`${object.name} has no field "${name}"`, span, suggest(name, fieldNames(object)));
    if (whole) return { kind: 'field', root, steps, field, type: { kind: 'record', object: object.name } };
    this.#scope.beforeRead?.(field, span);
    if (field.type.external !== undefined && (this.#scope.external !== true || steps.length > 0)) throw onlyForGateways(field, span);
    const type = field.reference !== undefined && field.column !== undefined ? ({ kind: 'record', object: field.reference.object } as const) : fieldType(field);
    if (!type) throw new ExpressionError(`${object.name}.${field.name} cannot be used in expressions`, span, field.multiple ? 'It leads to several records.' : undefined);
    return { kind: 'field', root, steps, field, type };
  }

  #known(): string[] {
    const { object, variables } = this.#scope;
    return [...(object ? fieldNames(object) : []), ...Object.keys(variables ?? {}), 'record', 'current_user'];
  }

  #roots(): string {
    return this.#scope.object ? 'Names are those of fields; values of the caller begin with current_user.' : 'Values of the caller begin with current_user, variables with vars.';
  }
}

function onlyForGateways({ object, name }: CatalogField, span: Span): ExpressionError {
  return new ExpressionError(`${object}.${name} is known only while a gateway asks for the record`, span, `Formulas of ${object} may read it.`);
}

/** A field by its name, a lookup also by its relation and with or without `_id`, any by its name in the API. */
export function findField(object: ExpressionObject, name: string): CatalogField | undefined {
  const field = object.fields.get(name);
  if (field) return field;
  const relation = object.relations.get(name);
  if (relation?.kind === 'one') return object.fields.get(relation.field);
  const lookup = object.fields.get(name.endsWith('_id') ? name.slice(0, -3) : `${name}_id`);
  if (lookup?.reference) return lookup;
  return [...object.fields.values()].find((other) => other.graphqlName === name);
}

function fieldNames(object: ExpressionObject): string[] {
  return [...object.fields.keys()];
}
