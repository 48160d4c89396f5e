import { describe, expect, it } from 'vitest';
import { DefinitionError } from '../../../src/metadata/diagnostic.ts';
import { startPlatform } from '../../support/platform.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';

const plugins = [identity({ mode: 'test' }), tenancy()];

async function diagnostics(yaml: string, used = plugins): Promise<readonly string[]> {
  try {
    const app = await startPlatform({ yaml, plugins: used });
    const found = app.platform.diagnostics;
    await app.close();
    return found.map(({ severity, subject, message, hint }) => `${severity} ${subject}: ${message} ${hint ?? ''}`.trim());
  } catch (error) {
    if (!(error instanceof DefinitionError)) throw error;
    return error.diagnostics.map(({ severity, subject, message, hint }) => `${severity} ${subject}: ${message} ${hint ?? ''}`.trim());
  }
}

describe('definitions of tenancy', () => {
  it.each([
    ['strategy', 'name: deal\ntenancy: { enabled: true, strategy: isolated }\nfields: { name: text }', 'error deal: "isolated" is not available: the records of all organizations stand in the same tables Write strategy: shared, or serve each organization by a platform and a database of its own.'],
    ['two names of the field', 'name: deal\ntenancy: { enabled: true, tenantField: a, organizationField: b }\nfields: { name: text }', 'error deal: "organizationField" and "tenantField" are two names of one key, and differ: "b", "a" Keep one of them.'],
    ['a field of that name', 'name: deal\ntenancy: { enabled: true }\nfields: { name: text, organization: text }', 'error deal.organization: the field is to name the organization of a record, and is no lookup to sys_organization Rename the field, or give the organization another name with tenancy.tenantField.'],
    ['an object of the platform', 'extend: sys_user\ntenancy: { enabled: true }', 'error sys_user: objects of the platform are not made tenant-aware by definitions Remove "tenancy": what belongs to an organization is kept apart without it.'],
    ['a shared object that points to a kept one', 'name: deal\ntenancy: { enabled: true }\nfields: { name: text }\n---\nname: note\nfields: { name: text, deal: { type: lookup, reference: deal } }', 'warning note.deal: note is shared by all organizations and points to deal, which is kept apart: they would see which ids others use Make note tenant-aware too: tenancy: { enabled: true }.'],
    ['a key within organizations of a shared object', 'name: deal\nfields: { name: { type: text, unique: organization } }', 'warning deal.name: "organization" has no effect: records of this object belong to no organization, so values are unique among all Use the plugin tenancy and make the object tenant-aware, or write unique: true.'],
  ])('are enforced or refused: %s', async (_what, yaml, problem) => {
    expect(await diagnostics(yaml)).toEqual([problem]);
  });

  it('refuse what has no meaning, and warn where nothing acts on them', async () => {
    expect((await diagnostics('name: deal\ntenancy: { enabled: true, tenants: 3 }\nfields: { name: text }'))[0]).toMatch(/^error deal: .*"tenants"/);
    expect((await diagnostics('name: deal\ntenancy: { enabled: true }\nfields: { name: text }', []))[0]).toMatch(/^warning deal: .*tenancy/);
  });

  it('may name the field, define it in part, or turn tenancy off', async () => {
    const app = await startPlatform({
      plugins,
      yaml: `name: deal
tenancy: { enabled: true, organizationField: company }
fields: { name: text, company: { type: lookup, reference: sys_organization, label: Our company, relatedName: companyDeals } }
---
name: plan
tenancy: { enabled: false }
fields: { name: text }`,
    });
    const { objects } = app.platform.catalog;
    expect(objects.get('deal')).toMatchObject({ organizationField: 'company' });
    expect(objects.get('deal')?.fields.get('company')).toMatchObject({ label: 'Our company', required: true, readonly: true, reference: { object: 'sys_organization', onDelete: 'restrict' } });
    expect(objects.get('sys_organization')?.relations.has('companyDeals')).toBe(true);
    expect(objects.get('plan')?.organizationField).toBeUndefined();
    await app.close();
  });

  it('need somebody to decide about access before them', async () => {
    await expect(startPlatform({ plugins, open: false })).rejects.toThrow('list the plugin that offers the service "access" before "tenancy"');
  });
});
