import type * as z from 'zod';
import type { Plugin } from '../kernel/plugin.ts';
import type { FieldType } from './field-type.ts';
import type { DefinitionInput, FileKind, MetadataPhase, WrittenObject } from './phase.ts';
import type { Report } from './report.ts';

/** What all plugins bring, put together. */
export interface CollectedPhases {
  readonly objects: readonly { readonly origin: string; readonly objects: readonly DefinitionInput[] }[];
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  readonly computed: ReadonlySet<string>;
  /** The type of a field as the plugins leave it. */
  readonly typeOf: NonNullable<MetadataPhase['typeOf']>;
  readonly kinds: readonly FileKind[];
  readonly objectKeys: z.ZodRawShape;
  readonly fieldKeys: z.ZodRawShape;
  readonly enableKeys: readonly string[];
  readonly organizationOf: { readonly origin: string; readonly of: NonNullable<MetadataPhase['organizationOf']> } | undefined;
  readonly keptFields: readonly { readonly origin: string; readonly of: NonNullable<MetadataPhase['keptFields']> }[];
  readonly indexes: readonly NonNullable<MetadataPhase['indexes']>[];
  readonly checks: readonly NonNullable<MetadataPhase['check']>[];
}

const platform = 'the platform';
const builtInKinds = ['object', 'extension', 'data'];

/** Puts the metadata phases together; whatever two plugins claim names both. */
export function collectPhases(plugins: readonly Plugin[], platformTypes: ReadonlyMap<string, FieldType>, report: Report): CollectedPhases {
  const fieldTypes = new Map(platformTypes);
  const kinds: FileKind[] = [];
  const objectKeys: Record<string, z.ZodType> = {};
  const fieldKeys: Record<string, z.ZodType> = {};
  const owners = new Map<string, string>([
    ...[...platformTypes.keys()].map((name): [string, string] => [`field type "${name}"`, platform]),
    ...builtInKinds.map((kind): [string, string] => [`file kind "${kind}"`, platform]),
  ]);
  const claim = (what: string, origin: string): boolean => {
    const owner = owners.get(what);
    if (owner === undefined) {
      owners.set(what, origin);
      return true;
    }
    report.add({ severity: 'error', file: origin, line: undefined, column: undefined, subject: '', message: `${origin} brings the ${what}, which ${owner} brings already`, hint: 'Remove one of them.' });
    return false;
  };

  const phases = plugins.flatMap(({ name, metadata }) => (metadata ? [{ origin: `plugin "${name}"`, phase: metadata }] : []));
  for (const { origin, phase } of phases) {
    for (const type of phase.fieldTypes ?? []) if (claim(`field type "${type.name}"`, origin)) fieldTypes.set(type.name, type);
    for (const type of phase.fieldVariants ?? []) if (claim(`variant of field type "${type.name}"`, origin)) fieldTypes.set(type.name, type);
    for (const kind of phase.kinds ?? []) if (claim(`file kind "${kind.suffix}"`, origin)) kinds.push(kind);
    for (const [key, schema] of Object.entries(phase.objectKeys ?? {})) if (claim(`object key "${key}"`, origin)) objectKeys[key] = schema as z.ZodType;
    for (const [key, schema] of Object.entries(phase.fieldKeys ?? {})) if (claim(`field key "${key}"`, origin)) fieldKeys[key] = schema as z.ZodType;
  }
  const owning = phases.filter(({ origin, phase }) => phase.organizationOf && claim('owning organization of objects', origin));
  return {
    objects: phases.map(({ origin, phase }) => ({ origin, objects: phase.objects ?? [] })),
    fieldTypes,
    computed: new Set(phases.flatMap(({ phase }) => [...(phase.computes ?? []), ...(phase.fieldTypes ?? []).map(({ name }) => name)])),
    typeOf: (type, definition) => phases.reduce((changed, { phase }) => phase.typeOf?.(changed, definition) ?? changed, type),
    kinds,
    objectKeys,
    fieldKeys,
    enableKeys: phases.flatMap(({ phase }) => phase.enableKeys ?? []),
    organizationOf: owning.map(({ origin, phase }) => ({ origin, of: (object: WrittenObject) => phase.organizationOf?.(object) }))[0],
    keptFields: phases.flatMap(({ origin, phase }) => (phase.keptFields ? [{ origin, of: phase.keptFields.bind(phase) }] : [])),
    indexes: phases.flatMap(({ phase }) => (phase.indexes ? [phase.indexes.bind(phase)] : [])),
    checks: phases.flatMap(({ phase }) => (phase.check ? [phase.check.bind(phase)] : [])),
  };
}
