import SchemaBuilder from '@pothos/core';
import PrismaPlugin from '@pothos/plugin-prisma';
import type { PrismaClient } from './generated/client/client.ts';
import { getDatamodel } from './generated/pothos.ts';
import type PrismaTypes from './generated/pothos.ts';

/** The API of the benchmark as a developer writes it who knows Pothos and Prisma well. */
export function buildHandwrittenSchema(prisma: PrismaClient) {
  const builder = new SchemaBuilder<{ PrismaTypes: PrismaTypes }>({ plugins: [PrismaPlugin], prisma: { client: prisma, dmmf: getDatamodel() } });

  const upper = (value: string | null) => value?.toUpperCase() ?? null;

  builder.prismaObject('User', {
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      email: t.exposeString('email'),
      accounts: t.relation('accounts', { args: { first: t.arg.int({ required: true }) }, query: ({ first }) => ({ take: first, orderBy: { id: 'asc' } }) }),
    }),
  });
  builder.prismaObject('Account', {
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      industry: t.string({ nullable: true, resolve: ({ industry }) => upper(industry) }),
      annualRevenue: t.string({ nullable: true, resolve: ({ annualRevenue }) => annualRevenue?.toFixed(2) ?? null }),
      owner: t.relation('owner', { nullable: true }),
      contacts: t.relation('contacts', { args: { first: t.arg.int({ required: true }) }, query: ({ first }) => ({ take: first, orderBy: { id: 'asc' } }) }),
      deals: t.relation('deals', { args: { first: t.arg.int({ required: true }) }, query: ({ first }) => ({ take: first, orderBy: { id: 'asc' } }) }),
    }),
  });
  const Contact = builder.prismaObject('Contact', {
    fields: (t) => ({
      id: t.exposeID('id'),
      fullName: t.exposeString('fullName'),
      email: t.exposeString('email', { nullable: true }),
      account: t.relation('account', { nullable: true }),
      owner: t.relation('owner', { nullable: true }),
    }),
  });
  const Deal = builder.prismaObject('Deal', {
    fields: (t) => ({
      id: t.exposeID('id'),
      name: t.exposeString('name'),
      amount: t.string({ nullable: true, resolve: ({ amount }) => amount?.toFixed(2) ?? null }),
      stage: t.string({ resolve: ({ stage }) => stage.toUpperCase() }),
      closeDate: t.string({ nullable: true, resolve: ({ closeDate }) => closeDate?.toISOString().slice(0, 10) ?? null }),
      account: t.relation('account', { nullable: true }),
    }),
  });

  const PageInfo = builder.objectRef<{ hasNextPage: boolean }>('PageInfo').implement({ fields: (t) => ({ hasNextPage: t.exposeBoolean('hasNextPage') }) });
  const DealPage = builder.objectRef<{ totalCount: number; hasNextPage: boolean; nodes: (typeof Deal.$inferType)[] }>('DealPage').implement({
    fields: (t) => ({
      totalCount: t.exposeInt('totalCount'),
      pageInfo: t.field({ type: PageInfo, resolve: ({ hasNextPage }) => ({ hasNextPage }) }),
      nodes: t.field({ type: [Deal], resolve: ({ nodes }) => nodes }),
    }),
  });
  const Key = builder.objectRef<{ stage: string }>('DealGroupKey').implement({ fields: (t) => ({ stage: t.exposeString('stage') }) });
  const Sum = builder.objectRef<{ amount: string | null }>('DealSum').implement({ fields: (t) => ({ amount: t.exposeString('amount', { nullable: true }) }) });
  const Max = builder.objectRef<{ closeDate: string | null }>('DealMax').implement({ fields: (t) => ({ closeDate: t.exposeString('closeDate', { nullable: true }) }) });
  const Group = builder.objectRef<{ key: { stage: string }; count: number; sum: { amount: string | null }; max: { closeDate: string | null } }>('DealGroup').implement({
    fields: (t) => ({ key: t.expose('key', { type: Key }), count: t.exposeInt('count'), sum: t.expose('sum', { type: Sum }), max: t.expose('max', { type: Max }) }),
  });
  const ContactPayload = builder.objectRef<{ record: typeof Contact.$inferType }>('ContactPayload').implement({ fields: (t) => ({ record: t.expose('record', { type: Contact }) }) });
  const DealPayload = builder.objectRef<{ record: typeof Deal.$inferType }>('DealPayload').implement({ fields: (t) => ({ record: t.expose('record', { type: Deal }) }) });

  builder.queryType({
    fields: (t) => ({
      accounts: t.prismaField({
        type: ['Account'],
        args: { from: t.arg.string({ required: true }), first: t.arg.int({ required: true }) },
        resolve: (query, _root, { from, first }) => prisma.account.findMany({ ...query, where: { name: { gte: from } }, orderBy: [{ name: 'asc' }, { id: 'asc' }], take: first }),
      }),
      users: t.prismaField({
        type: ['User'],
        args: { from: t.arg.string({ required: true }), first: t.arg.int({ required: true }) },
        resolve: (query, _root, { from, first }) => prisma.user.findMany({ ...query, where: { name: { gte: from } }, orderBy: [{ name: 'asc' }, { id: 'asc' }], take: first }),
      }),
      contact: t.prismaField({
        type: 'Contact',
        nullable: true,
        args: { id: t.arg.id({ required: true }) },
        resolve: (query, _root, { id }) => prisma.contact.findUnique({ ...query, where: { id } }),
      }),
      deals: t.field({
        type: DealPage,
        args: { stage: t.arg.string({ required: true }), min: t.arg.string({ required: true }), first: t.arg.int({ required: true }) },
        resolve: async (_root, { stage, min, first }) => {
          const where = { stage: stage.toLowerCase(), amount: { gte: min } };
          const [totalCount, rows] = await Promise.all([prisma.deal.count({ where }), prisma.deal.findMany({ where, orderBy: [{ amount: 'desc' }, { id: 'asc' }], take: first + 1, include: { account: true } })]);
          return { totalCount, hasNextPage: rows.length > first, nodes: rows.slice(0, first) };
        },
      }),
      dealGroups: t.field({
        type: [Group],
        resolve: async () => {
          const groups = await prisma.deal.groupBy({ by: ['stage'], _count: { _all: true }, _sum: { amount: true }, _max: { closeDate: true }, orderBy: { stage: 'asc' } });
          return groups.map(({ stage, _count, _sum, _max }) => ({ key: { stage: stage.toUpperCase() }, count: _count._all, sum: { amount: _sum.amount?.toFixed(2) ?? null }, max: { closeDate: _max.closeDate?.toISOString().slice(0, 10) ?? null } }));
        },
      }),
    }),
  });
  builder.mutationType({
    fields: (t) => ({
      createContact: t.field({
        type: ContactPayload,
        args: { fullName: t.arg.string({ required: true }), email: t.arg.string({ required: true }), accountId: t.arg.id({ required: true }), ownerId: t.arg.id({ required: true }) },
        resolve: async (_root, { fullName, email, accountId, ownerId }) => ({ record: await prisma.contact.create({ data: { fullName, email, accountId, ownerId } }) }),
      }),
      updateDeal: t.field({
        type: DealPayload,
        args: { id: t.arg.id({ required: true }), amount: t.arg.string({ required: true }), stage: t.arg.string({ required: true }) },
        resolve: async (_root, { id, amount, stage }) => ({ record: await prisma.deal.update({ where: { id }, data: { amount, stage: stage.toLowerCase(), version: { increment: 1 } } }) }),
      }),
    }),
  });
  return builder.toSchema();
}
