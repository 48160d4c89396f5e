import * as apollo from '@apollo/client';
import * as apolloPersisted from '@apollo/client/link/persisted-queries';
import * as apolloSubscriptions from '@apollo/client/link/subscriptions';
import * as apolloUtilities from '@apollo/client/utilities';
import * as urql from '@urql/core';
import * as graphcache from '@urql/exchange-graphcache';
import * as graphcacheExtras from '@urql/exchange-graphcache/extras';
import * as graphql from 'graphql';
import * as crypto from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrm, type Crm } from '../support/crm.ts';
import { loadBlock } from './load-block.ts';

const modules = {
  '@apollo/client': apollo, '@apollo/client/link/persisted-queries': apolloPersisted, '@apollo/client/link/subscriptions': apolloSubscriptions, '@apollo/client/utilities': apolloUtilities,
  '@urql/core': urql, '@urql/exchange-graphcache': graphcache, '@urql/exchange-graphcache/extras': graphcacheExtras, graphql, 'node:crypto': crypto,
};

let crm: Crm;
let token: string;
beforeAll(async () => {
  crm = await startCrm();
  token = (await crm.signIn('admin@example.com'))['authorization']?.replace('Bearer ', '') ?? '';
}, 120_000);
afterAll(() => crm.stop());

const list = graphql.parse('query List($after: String) { accounts(first: 3, orderBy: [{ accountNumber: ASC }], after: $after) { edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }');
const rename = graphql.parse('mutation Rename($id: ID!, $name: String!) { updateAccount(id: $id, input: { name: $name }) { record { id name } } }');
const changes = graphql.parse('subscription Changes($id: ID!) { accountChanges(where: { id: { eq: $id } }) { kind record { id name } } }');

interface List {
  readonly accounts: { readonly edges: readonly { readonly node: { readonly id: string; readonly name: string } }[]; readonly pageInfo: { readonly endCursor: string } };
}
const names = ({ accounts }: List): readonly string[] => accounts.edges.map(({ node }) => node.name);
const setName = (id: string, name: string): Promise<unknown> => crm.ask(`mutation { updateAccount(id: "${id}", input: { name: ${JSON.stringify(name)} }) { record { id } } }`, 'admin@example.com');

describe('docs/clients.md', () => {
  it('joins pages, shares records and follows changes in Apollo Client', async () => {
    const make = loadBlock('docs/clients.md', 'apolloClient', modules)['apolloClient'] as (url: string, token: string) => { readonly client: apollo.ApolloClient; stop(): void };
    const { client, stop } = make(`${crm.url}/graphql`, token);
    const watched = client.watchQuery({ query: list as apollo.TypedDocumentNode<List> });
    const seen: List[] = [];
    const watching = watched.subscribe(({ data }) => void (data && seen.push(data as List)));
    const shown = () => names(seen.at(-1) ?? { accounts: { edges: [], pageInfo: { endCursor: '' } } });
    await expect.poll(() => shown().length, { timeout: 10_000 }).toBe(3);
    await watched.fetchMore({ variables: { after: seen.at(-1)?.accounts.pageInfo.endCursor } });
    await expect.poll(() => shown().length, { timeout: 10_000 }).toBe(6);

    const first = seen.at(-1)?.accounts.edges[0]?.node;
    const { id = '', name = '' } = first ?? {};
    await client.mutate({ mutation: rename, variables: { id, name: 'Apollo was here' } });
    await expect.poll(() => shown()[0], { timeout: 10_000 }).toBe('Apollo was here');

    const ready = new Promise<void>((resolve) => {
      client.subscribe<{ readonly accountChanges: { readonly kind: string } }>({ query: changes as apollo.TypedDocumentNode<{ readonly accountChanges: { readonly kind: string } }>, variables: { id } }).subscribe(({ data }) => {
        if (data?.accountChanges.kind === 'READY') resolve();
      });
    });
    await ready;
    await setName(id, name);
    await expect.poll(() => shown()[0], { timeout: 10_000 }).toBe(name);
    watching.unsubscribe();
    client.stop();
    stop();
  });

  it('joins pages, shares records and follows changes in urql', async () => {
    const make = loadBlock('docs/clients.md', 'urqlClient', modules)['urqlClient'] as (url: string, token: string) => { readonly client: urql.Client; stop(): void };
    const { client, stop } = make(`${crm.url}/graphql`, token);
    let shown: List | undefined;
    const follow = (variables: { readonly after?: string }) => client.query<List>(list, variables).subscribe(({ data }) => void (shown = data ?? shown));
    const first = follow({});
    await expect.poll(() => shown && names(shown).length, { timeout: 10_000 }).toBe(3);
    const second = follow({ after: shown?.accounts.pageInfo.endCursor ?? '' });
    await expect.poll(() => shown && names(shown).length, { timeout: 10_000 }).toBe(6);

    const { id, name } = shown?.accounts.edges[0]?.node ?? { id: '', name: '' };
    await client.mutation(rename, { id, name: 'urql was here' }).toPromise();
    await expect.poll(() => shown && names(shown)[0], { timeout: 10_000 }).toBe('urql was here');

    let ready = (): void => undefined;
    const isReady = new Promise<void>((resolve) => (ready = resolve));
    const following = client.subscription<{ readonly accountChanges: { readonly kind: string } }>(changes, { id }).subscribe(({ data }) => {
      if (data?.accountChanges.kind === 'READY') ready();
    });
    await isReady;
    await setName(id, name);
    await expect.poll(() => shown && names(shown)[0], { timeout: 10_000 }).toBe(name);
    for (const subscription of [first, second, following]) subscription.unsubscribe();
    stop();
  });
});
