import { expect } from 'vitest';
import type { TestPlatform } from '../support/platform.ts';

/** A small shop with every kind of relation and delete behaviour. */
export const yaml = `
name: account
fields:
  name: { type: text, required: true, maxLength: 40 }
  slug: { type: text, unique: true }
  revenue: { type: currency }
  stage: { type: select, options: [lead, customer], defaultValue: lead }
  parent: { type: tree, relatedName: children }
  topics: { type: lookup, reference: topic, multiple: true, relatedName: accounts }
---
name: contact
fields:
  name: { type: text, required: true }
  email: { type: email, unique: true }
  account: { type: lookup, reference: account }
---
name: order
softDelete: true
fields:
  number: { type: text, required: true, unique: true }
  account: { type: lookup, reference: account, deleteBehavior: restrict }
---
name: line
softDelete: true
indexes:
  - { fields: [order, sku], unique: true }
fields:
  sku: { type: text, required: true }
  quantity: { type: number, scale: 0, min: 1, defaultValue: 1 }
  order: { type: master_detail, reference: order, relatedName: lines }
---
name: topic
fields:
  name: { type: text, required: true, unique: true }
---
name: membership
indexes:
  - { fields: [account, topic], unique: true }
fields:
  account: { type: master_detail, reference: account, relatedName: members }
  topic: { type: lookup, reference: topic, required: true, deleteBehavior: cascade, relatedName: members }
  role: { type: select, options: [Lead, Member], defaultValue: Member }
`;

export type Row = Readonly<Record<string, unknown>>;

/** The data of an operation that must succeed. */
export async function answer(app: TestPlatform, document: string, variables?: Row): Promise<Row> {
  const { data, errors } = await app.query(document, variables);
  expect(errors, document).toBeUndefined();
  return data as Row;
}

export interface Refusal {
  readonly code: unknown;
  readonly path?: readonly (string | number)[] | undefined;
  readonly problems?: readonly string[];
  readonly [extension: string]: unknown;
}

/** The errors of an operation, problems as `path CODE`. */
export async function refusals(app: TestPlatform, document: string, variables?: Row): Promise<{ readonly data: Row | null | undefined; readonly errors: readonly Refusal[] }> {
  const { data, errors = [] } = await app.query(document, variables);
  for (const { message } of errors) expect(message).not.toMatch(/constraint|violates|relation "|duplicate key|syntax|SELECT|INSERT/);
  return {
    data,
    errors: errors.map(({ path, extensions }) => {
      const { problems, ...rest } = extensions as { code: unknown; problems?: readonly { path: readonly (string | number)[]; code: string }[] };
      return { ...rest, path, ...(problems && { problems: problems.map((problem) => `${problem.path.join('.')} ${problem.code}`).sort() }) };
    }),
  };
}

export const nobody = '0197f3c0-0000-7000-8000-00000000dead';
