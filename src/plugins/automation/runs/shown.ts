import type { NeededValues } from '../../../builder/record-field.ts';
import type { CatalogObject } from '../../../metadata/catalog.ts';
import { isMapping } from '../../../metadata/definitions/reader.ts';
import { isPlain } from '../../../resolvers/access.ts';
import type { Filter } from '../../../resolvers/filter/filter.ts';
import { filterToPredicate, NotInMemory } from '../../../resolvers/filter/to-predicate.ts';
import type { RequestContext } from '../../../resolvers/request.ts';

/** A value of a run for those who look at it. */
export type Shown = (run: NeededValues, context: RequestContext) => unknown;

const masked = '***';

/** A value of a record that its reader may not see shows only that it is there. */
export const shownTrigger: Shown = ({ object: name, trigger }, context) => {
  if (!isMapping(trigger)) return null;
  // A message is shown to nobody: its sender may have put secrets into it.
  const { record, previous, message: _, ...rest } = trigger;
  const object = objectOf(name, context);
  const image = (value: unknown) => (isMapping(value) ? maskedImage(value, object, value, context) : null);
  return { ...rest, record: image(record), previous: image(previous) };
};

export const shownSteps: Shown = ({ object: name, trigger, steps }, context) => {
  if (!Array.isArray(steps)) return [];
  const object = objectOf(name, context);
  const record = isMapping(trigger) && isMapping(trigger['record']) ? trigger['record'] : undefined;
  return steps.map((step: unknown) => {
    if (!isMapping(step)) return step;
    const { input, output } = step;
    if (!isMapping(output)) return step;
    // What a script or connector answers may be made of any value of the record.
    if ('result' in output) return { ...step, output: { ...output, result: record && !seesAll(object, record, context) ? masked : output['result'] } };
    if (!isMapping(input) || typeof output['object'] !== 'string') return step;
    const target = objectOf(output['object'], context);
    const own = target && target === object && record?.['id'] === output['id'] ? record : undefined;
    return { ...step, input: maskedImage(input, target, own, context) };
  });
};

function objectOf(name: unknown, { catalog }: RequestContext): CatalogObject | undefined {
  return typeof name === 'string' ? catalog.objects.get(name) : undefined;
}

/** `record` is the whole record of which these are values, where it is known. */
function maskedImage(values: Readonly<Record<string, unknown>>, object: CatalogObject | undefined, record: Readonly<Record<string, unknown>> | undefined, context: RequestContext): Readonly<Record<string, unknown>> {
  const visible = sees(object, record, context);
  return Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value === null || visible(field) ? value : masked]));
}

function seesAll(object: CatalogObject | undefined, record: Readonly<Record<string, unknown>>, context: RequestContext): boolean {
  const visible = sees(object, record, context);
  return [...(object?.fields.values() ?? [])].every(({ name, internal, type }) => internal || type.confidential === true || visible(name));
}

/** Which fields of a record the caller may read. Where only the database can tell, none. */
function sees(object: CatalogObject | undefined, record: Readonly<Record<string, unknown>> | undefined, context: RequestContext): (field: string) => boolean {
  if (!object) return () => false;
  const holds = (right: boolean | Filter): boolean => {
    if (typeof right === 'boolean') return right;
    if (!record) return false;
    try {
      return filterToPredicate(right, { object, catalog: context.catalog })(record, context);
    } catch (error) {
      if (error instanceof NotInMemory) return false;
      throw error;
    }
  };
  const access = context.access.object(object.name);
  const row = holds(access.read);
  return (name) => {
    const field = object.fields.get(name);
    if (name === 'id') return row;
    if (!row || !field || field.internal || field.type.confidential === true) return false;
    const right = access.field(name);
    return isPlain(right) || (right.mask === undefined && holds(right.read));
  };
}
