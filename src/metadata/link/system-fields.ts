import type { CatalogField } from '../catalog.ts';
import type { FieldType } from '../field-type.ts';
import { fieldName } from '../naming.ts';
import { recordId } from '../record-id.ts';
import type { Mutable } from './build.ts';

interface SystemField {
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly type: 'id' | 'datetime' | 'number';
  readonly required: boolean;
}

const systemFields: readonly SystemField[] = [
  { name: 'id', label: 'ID', description: 'Identifies the record; globally unique.', type: 'id', required: true },
  { name: 'created_at', label: 'Created at', description: 'When the record was created.', type: 'datetime', required: true },
  { name: 'created_by', label: 'Created by', description: 'Id of the user who created the record.', type: 'id', required: false },
  { name: 'updated_at', label: 'Updated at', description: 'When the record was last changed.', type: 'datetime', required: true },
  { name: 'updated_by', label: 'Updated by', description: 'Id of the user who last changed the record.', type: 'id', required: false },
  { name: 'version', label: 'Version', description: 'Counts the changes of the record; `ifVersion` compares with it.', type: 'number', required: true },
];

/** Definitions may repeat these; the platform keeps them all the same. */
export const stampFields: ReadonlySet<string> = new Set(['created_at', 'created_by', 'updated_at', 'updated_by']);

/** Fields that every object has; the time of deletion comes last, where deletion is soft. */
export function createSystemFields(object: string, softDelete: string | undefined, types: ReadonlyMap<string, FieldType>): readonly Mutable<CatalogField>[] {
  const deletion: SystemField[] =
    softDelete === undefined ? [] : [{ name: softDelete, label: 'Deleted at', description: 'When the record was deleted; empty while it is not.', type: 'datetime', required: false }];
  return [...systemFields, ...deletion].flatMap((field) => {
    const type = field.type === 'id' ? recordId : types.get(field.type);
    return type ? [createSystemField(object, field, type)] : [];
  });
}

function createSystemField(object: string, { name, label, description, required }: SystemField, type: FieldType): Mutable<CatalogField> {
  return {
    object,
    name,
    graphqlName: fieldName(name),
    type,
    label,
    description,
    column: name,
    required,
    unique: name === 'id',
    multiple: false,
    defaultValue: undefined,
    options: [],
    reference: undefined,
    searchable: false,
    sortable: true,
    externalId: false,
    hidden: false,
    readonly: true,
    internal: false,
    system: true,
    trackHistory: false,
    renamedFrom: undefined,
    deprecated: undefined,
    aliases: [],
    subfields: new Map(),
    source: undefined,
    // Whole numbers are what `scale: 0` says.
    definition: type.name === 'number' ? { type: 'number', scale: 0 } : { type: type.name },
  };
}
