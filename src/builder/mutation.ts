import type { WriteOperation } from '../resolvers/source.ts';
import { allows, type Api, type ApiObject } from './api.ts';
import { isUpdatable, keyName } from './inputs.ts';
import type { InputField, InputFields, OutputField, OutputFields } from './spec.ts';

/** Arguments that every write has. */
const common: InputFields = {
  idempotencyKey: { type: 'String', description: 'A repeat with the same key answers as the first call did and writes nothing.' },
  dryRun: { type: 'Boolean', description: 'Everything runs and is answered, nothing stays.' },
  clientMutationId: { type: 'String', description: 'Handed back in the payload.' },
};
const ifVersion: InputField = { type: 'Int', description: 'Refuses the write when the record has another version.' };
const mode: InputField = { type: 'BulkMode', description: 'What happens when rows are refused; `ATOMIC` when absent.' };
const purge: InputField = { type: 'Boolean', description: 'Deletes for good instead of moving to the trash.' };

interface Write {
  readonly operation: WriteOperation;
  readonly name: string;
  readonly description: string;
  readonly args: InputFields;
}

/** Writes that the API of an object has. */
export function writesOf(api: Api, self: ApiObject): readonly Write[] {
  const { type, root, object } = self;
  const { label, pluralLabel } = object;
  const bulk = allows(self, 'bulk');
  const soft = object.softDelete !== undefined;
  const purging: InputFields = soft && allows(self, 'purge') ? { purge } : {};
  const writes: Write[] = [];
  const add = (operation: WriteOperation, description: string, args: InputFields): void => {
    writes.push({ operation, name: root[operation], description, args: { ...args, ...common } });
  };

  if (allows(self, 'create')) {
    add('create', `Creates one ${label}.`, { input: { type: `${type.createInput}!` } });
    if (bulk) add('createMany', `Creates many ${pluralLabel}.`, { input: { type: `[${type.createInput}!]!` }, mode });
  }
  if (isUpdatable(api, self)) {
    add('update', `Changes one ${label}.`, { id: { type: 'ID!' }, input: { type: `${type.updateInput}!` }, ifVersion });
    if (bulk) {
      add('updateMany', `Changes many ${pluralLabel}: \`rows\`, or all that match \`where\` with one \`input\`.`, {
        rows: { type: `[${type.updateRow}!]` }, where: { type: type.where }, input: { type: type.updateInput }, mode,
      });
    }
  }
  if (allows(self, 'upsert')) {
    add('upsert', `Changes the ${label} whose key exists, or creates it.`, { ...keyName(api, self), input: { type: `${type.createInput}!` } });
    if (bulk) add('upsertMany', `Changes ${pluralLabel} whose key exists, creates the others.`, { ...keyName(api, self), input: { type: `[${type.createInput}!]!` }, mode });
  }
  if (allows(self, 'delete')) {
    add('delete', soft ? `Deletes one ${label}; it can be restored.` : `Deletes one ${label}.`, { id: { type: 'ID!' }, ifVersion, ...purging });
    if (bulk) add('deleteMany', `Deletes many ${pluralLabel}: \`ids\`, or all that match \`where\`.`, { ids: { type: '[ID!]' }, where: { type: type.where }, ...purging, mode });
  }
  if (soft && allows(self, 'restore')) add('restore', `Restores one deleted ${label}.`, { id: { type: 'ID!' } });
  return writes;
}

const bulkOperations: ReadonlySet<WriteOperation> = new Set(['createMany', 'updateMany', 'upsertMany', 'deleteMany']);

/** Root fields of Mutation. They may be null, so that one that fails leaves the answers of the others. */
export function mutationFields(api: Api): OutputFields {
  const resolve = api.resolvers.mutation;
  const result: Record<string, OutputField> = {};
  for (const self of api.objects.values()) {
    const { object, type } = self;
    for (const { operation, name, description, args } of writesOf(api, self)) {
      const payload = bulkOperations.has(operation) ? type.bulkPayload : type.payload;
      result[name] = { type: payload, description, deprecated: object.deprecated, args, source: { kind: 'mutation', object: object.name, operation }, resolve };
    }
  }
  return result;
}

/** `AccountPayload`, `AccountBulkPayload`, `AccountBulkRow`. */
export function declarePayloads(api: Api, self: ApiObject): void {
  const operations = writesOf(api, self).map(({ operation }) => operation);
  const { registry } = api;
  const { type, owner, object } = self;
  const clientMutationId: OutputField = { type: 'String', source: { kind: 'payload', part: 'clientMutationId' } };
  const warnings: OutputField = { type: '[Problem!]!', description: 'What rules had to say that did not stop the write.', source: { kind: 'payload', part: 'warnings' } };
  if (operations.some((operation) => !bulkOperations.has(operation))) {
    registry.declare(type.payload, owner, () => ({
      kind: 'object',
      role: 'payload',
      object: object.name,
      fields: () => ({
        record: { type: type.type, description: 'The record as it is now; of a delete, as it was.', source: { kind: 'payload', part: 'record' } },
        created: { type: 'Boolean!', description: 'Whether the record is new.', source: { kind: 'payload', part: 'created' } },
        warnings,
        clientMutationId,
      }),
    }));
  }
  if (!operations.some((operation) => bulkOperations.has(operation))) return;
  registry.declare(type.bulkPayload, owner, () => ({
    kind: 'object',
    role: 'bulkPayload',
    object: object.name,
    fields: () => ({
      count: { type: 'Int!', description: 'Number of records written.', source: { kind: 'payload', part: 'count' } },
      records: { type: `[${type.type}!]!`, description: 'The records written, in the order of the rows.', source: { kind: 'payload', part: 'records' } },
      rows: { type: `[${type.bulkRow}!]!`, description: 'What became of each row.', source: { kind: 'payload', part: 'rows' } },
      warnings,
      clientMutationId,
    }),
  }));
  registry.declare(type.bulkRow, owner, () => ({
    kind: 'object',
    role: 'bulkRow',
    object: object.name,
    fields: () => ({
      index: { type: 'Int!', description: 'Place in the input, from 0.', source: { kind: 'bulkRow', part: 'index' } },
      id: { type: 'ID', description: 'Null when the row was refused.', source: { kind: 'bulkRow', part: 'id' } },
      record: { type: type.type, source: { kind: 'bulkRow', part: 'record' } },
      created: { type: 'Boolean!', description: 'Whether the record is new.', source: { kind: 'bulkRow', part: 'created' } },
      problems: { type: '[Problem!]!', description: 'Why the row was refused.', source: { kind: 'bulkRow', part: 'problems' } },
    }),
  }));
}
