import * as z from 'zod';
import type { CatalogField, CatalogKey, CatalogObject } from '../../metadata/catalog.ts';
import { foreignKeyShape, graphqlName } from '../../metadata/foreign-key.ts';

const tags = z.array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_/-]{0,127}$/, 'must be letters, digits, _, - and /')).min(1).optional().describe('Labels for contracts of the supergraph: @tag.');
const inaccessible = z.boolean().optional().describe('Routers use it, and clients of the supergraph do not see it: @inaccessible.');

const objectKey = z.strictObject({
  entity: z.boolean().optional().describe('Other subgraphs may refer to its records; true by default.'),
  keys: z.array(z.string()).min(1).optional().describe('Unique keys that identify records for other subgraphs, by their GraphQL names; all keys by default.'),
  interfaceObject: z.boolean().optional().describe('The type stands for an entity interface of another subgraph: @interfaceObject.'),
  inaccessible,
  tags,
});

const fieldKey = z.strictObject({
  external: z.literal(true).optional().describe('Another subgraph has the field: its values come with representations, for the fields that need them. `required: true` beside it says that it is never null there.'),
  shareable: z.boolean().optional().describe('Other subgraphs answer the field too: @shareable.'),
  override: z
    .union([graphqlName('subgraph'), z.strictObject({ from: graphqlName('subgraph'), label: z.string().min(1).optional().describe('Share of the requests: percent(10).') })])
    .optional()
    .describe('The field moves here from another subgraph: @override.'),
  inaccessible,
  tags,
});

const entityKey = z.strictObject({
  subgraph: graphqlName('subgraph').describe('Subgraph that has the entity.'),
  ...foreignKeyShape,
  provides: z
    .record(graphqlName('field'), z.union([z.string(), z.strictObject({ field: z.string(), required: z.boolean().optional().describe('The field is never null there.') })]))
    .refine((fields) => Object.keys(fields).length > 0, 'must name a field')
    .optional()
    .describe('Fields of the entity that are answered from here on this path, with the fields of this object that hold copies of them: `{ title: product_title }`.'),
});

export const objectKeys = { federation: objectKey.optional().describe('What the object is in a supergraph.') } satisfies z.ZodRawShape;
export const fieldKeys = {
  federation: fieldKey.optional().describe('What the field is in a supergraph.'),
  entity: entityKey.optional().describe('The value is the key of an entity of another subgraph.'),
} satisfies z.ZodRawShape;

export type ObjectFederation = z.output<typeof objectKey>;
export type FieldFederation = z.output<typeof fieldKey>;
export type ForeignEntity = z.output<typeof entityKey>;

export const federationOfObject = ({ definition }: CatalogObject): ObjectFederation => (definition['federation'] ?? {}) as ObjectFederation;
export const federationOfField = ({ definition }: CatalogField): FieldFederation => (definition['federation'] ?? {}) as FieldFederation;
export const foreignEntityOf = ({ definition }: CatalogField): ForeignEntity | undefined => definition['entity'] as ForeignEntity | undefined;

/** A field of an entity that is answered from a field here. */
export interface ProvidedField {
  /** Of the entity. */
  readonly name: string;
  /** Machine name of the field that holds the copy. */
  readonly copy: string;
  /** Never null in its own subgraph: composition wants to know. */
  readonly required: boolean;
}

export function providedFields({ provides = {} }: ForeignEntity): readonly ProvidedField[] {
  return Object.entries(provides).map(([name, held]) => (typeof held === 'string' ? { name, copy: held, required: false } : { name, copy: held.field, required: held.required === true }));
}

/** Keys of an object that other subgraphs may use, `id` first. Objects that cannot be got by key have none. */
export function entityKeys(object: CatalogObject): readonly CatalogKey[] {
  const { entity, keys } = federationOfObject(object);
  if (entity === false || !object.methods.has('get')) return [];
  const shown = object.keys.filter(({ fields }) => fields.every((name) => object.fields.get(name)?.internal === false));
  return keys ? shown.filter(({ name }) => keys.includes(name)) : shown;
}
