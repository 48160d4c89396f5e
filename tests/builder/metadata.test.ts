import { graphql } from 'graphql';
import { describe, expect, it } from 'vitest';
import { systemAccess, type Access, type FieldAccess, type ObjectAccess } from '../../src/resolvers/access.ts';
import { account, build, contact } from './build.ts';

async function ask(source: string, access: Access = systemAccess): Promise<unknown> {
  const schema = await build([account, contact]);
  const { data, errors } = await graphql({ schema, source, contextValue: { access } });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data?.['metadata']));
}

const closed: FieldAccess = { read: false, edit: false, filter: false, sort: false, aggregate: false };

/** Reads accounts without their revenue and edits none; knows nothing of contacts. */
const reader: Access = {
  fingerprint: 'reader',
  object: (name): ObjectAccess => ({
    ...systemAccess.object(name),
    ...(name === 'contact' ? { read: false, create: false } : { create: false, edit: false, delete: false }),
    field: (field) => (field === 'revenue' ? closed : { ...systemAccess.object(name).field(field), edit: false }),
  }),
};

describe('metadata', () => {
  it('describes objects, fields and relations', async () => {
    expect(
      await ask(`{ metadata {
        objects { name typeName pluralName softDelete searchFields keys { name fields } relations { name target toMany field } }
        object(name: "account") {
          canRead canCreate canEdit canDelete
          revenue: field(name: "revenue") { graphqlType type description canEdit canFilter canSort canAggregate definition }
          stage: field(name: "stage") { graphqlName graphqlType options { value graphqlName label } }
          secret: field(name: "secret_note") { name }
          version: field(name: "version") { readonly system canEdit }
        }
      } }`),
    ).toMatchObject({
      objects: [
        { name: 'account', typeName: 'Account', pluralName: 'accounts', softDelete: true, searchFields: ['name'], keys: [{ name: 'id', fields: ['id'] }], relations: [{ name: 'contacts', target: 'contact', toMany: true, field: 'account' }] },
        { name: 'contact', keys: [{ name: 'id' }, { name: 'email', fields: ['email'] }], relations: [{ name: 'account', target: 'account', toMany: false, field: 'account' }] },
      ],
      object: {
        canRead: true, canCreate: true, canEdit: true, canDelete: true,
        revenue: { graphqlType: 'Decimal', type: 'currency', canEdit: true, canFilter: true, canSort: true, canAggregate: true, definition: { inlineHelpText: 'Of the last fiscal year.', precision: 18, scale: 2 } },
        stage: { graphqlName: 'stage', graphqlType: 'AccountStage', options: [{ value: 'lead', graphqlName: 'LEAD' }, { value: 'customer', graphqlName: 'CUSTOMER' }] },
        secret: null,
        version: { readonly: true, system: true, canEdit: false },
      },
    });
  });

  it('answers for the caller', async () => {
    expect(await ask('{ metadata { objects { name relations { name } canRead canCreate canEdit canDelete fields { name canEdit } } object(name: "contact") { name } } }', reader)).toMatchObject({
      objects: [{ name: 'account', relations: [], canRead: true, canCreate: false, canEdit: false, canDelete: false }],
      object: null,
    });
    const { objects } = (await ask('{ metadata { objects { fields { name canEdit } } } }', reader)) as { objects: [{ fields: { name: string; canEdit: boolean }[] }] };
    expect(objects[0].fields.map(({ name }) => name)).toEqual(expect.arrayContaining(['id', 'name', 'stage']));
    expect(objects[0].fields.map(({ name }) => name)).not.toContain('revenue');
    expect(objects[0].fields.filter(({ canEdit }) => canEdit)).toEqual([]);
  });
});
