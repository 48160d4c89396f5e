import type { ApiObject } from './api.ts';
import type { InputFields } from './spec.ts';

/** `search` and `trash`, where the object knows them. */
function selection({ object, type }: ApiObject): InputFields {
  return {
    where: { type: type.where, description: 'Conditions; without it all records that the caller may read.' },
    ...(object.methods.has('search') && object.searchFields.length > 0 && { search: { type: 'String', description: 'Full-text search; without `orderBy` the best matches come first.' } }),
    ...(object.softDelete !== undefined && { trash: { type: 'TrashFilter', description: 'Deleted records; left out by default.' } }),
  };
}

/** Arguments of `accounts(…)` and of a collection of accounts below a parent. */
export function listArguments(self: ApiObject): InputFields {
  const { where, search, trash } = selection(self);
  return {
    ...(where && { where }),
    orderBy: { type: `[${self.type.orderBy}!]`, description: 'Sort keys, the first decides first.' },
    ...(search && { search }),
    first: { type: 'Int', description: 'Page size, from the beginning or from `after`.' },
    after: { type: 'String', description: 'Cursor that the page follows.' },
    last: { type: 'Int', description: 'Page size, from the end or from `before`.' },
    before: { type: 'String', description: 'Cursor that the page precedes.' },
    offset: { type: 'Int', description: 'Records to skip. Cursors stay right while records come and go; offsets do not.' },
    ...(trash && { trash }),
  };
}

export function aggregateArguments(self: ApiObject): InputFields {
  return selection(self);
}

export function groupArguments(self: ApiObject): InputFields {
  const { type } = self;
  return {
    by: { type: `[${type.groupBy}!]!`, description: 'What records of one group have in common.' },
    ...selection(self),
    having: { type: type.having, description: 'Conditions on groups.' },
    orderBy: { type: `[${type.groupOrderBy}!]`, description: 'Order of the groups, by key when absent.' },
    first: { type: 'Int', description: 'Number of groups.' },
    offset: { type: 'Int', description: 'Groups to skip.' },
  };
}

