import type { Rights } from '../../../builder/views/rights.ts';
import type { Resource } from '../resource.ts';

/** What a caller may do with a resource. */
export interface Offer {
  readonly list: boolean;
  readonly one: boolean;
  readonly aggregate: boolean;
  readonly groups: boolean;
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
  readonly restore: boolean;
  /** Operations of batches. */
  readonly batch: readonly ('create' | 'update' | 'upsert' | 'delete')[];
}

export function offerOf({ object, reads, writes }: Resource, rights: Rights): Offer {
  const may = (operation: 'create' | 'createMany' | 'update' | 'updateMany' | 'upsertMany' | 'delete' | 'deleteMany' | 'restore'): boolean => writes.has(operation) && rights.writes(object.name, operation);
  const visible = rights.reads(object.name);
  return {
    list: reads.many && visible,
    one: reads.one && visible,
    aggregate: reads.aggregate && visible,
    groups: reads.groups && visible,
    create: may('create'),
    update: may('update'),
    delete: may('delete'),
    restore: may('restore'),
    batch: (['create', 'update', 'upsert', 'delete'] as const).filter((operation) => may(`${operation}Many`)),
  };
}

export const isOffered = ({ batch, ...others }: Offer): boolean => batch.length > 0 || Object.values(others).some(Boolean);
