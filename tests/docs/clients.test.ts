import * as apollo from '@apollo/client';
import * as apolloPersisted from '@apollo/client/link/persisted-queries';
import * as apolloSubscriptions from '@apollo/client/link/subscriptions';
import * as apolloUtilities from '@apollo/client/utilities';
import * as urql from '@urql/core';
import * as graphcache from '@urql/exchange-graphcache';
import * as graphcacheExtras from '@urql/exchange-graphcache/extras';
import * as graphql from 'graphql';
import * as crypto from 'node:crypto';
import * as relay from 'relay-runtime';
import type { ConcreteRequest, Environment, OperationDescriptor, ReaderFragment, SingularReaderSelector, Variables } from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import accountsContactsQuery from './relay/__generated__/accountsContactsQuery.graphql.ts';
import contactsBelow from './relay/__generated__/accounts_contacts.graphql.ts';
import createMutation from './relay/__generated__/accountsCreateMutation.graphql.ts';
import followSubscription from './relay/__generated__/accountsFollowSubscription.graphql.ts';
import page from './relay/__generated__/accounts_page.graphql.ts';
import accountsPageQuery from './relay/__generated__/accountsPageQuery.graphql.ts';
import accountsQuery from './relay/__generated__/accountsQuery.graphql.ts';
import removeMutation from './relay/__generated__/accountsRemoveMutation.graphql.ts';
import renameMutation from './relay/__generated__/accountsRenameMutation.graphql.ts';
import { startCrm, type Crm } from '../support/crm.ts';
import { loadBlock } from './load-block.ts';

const modules = {
  '@apollo/client': apollo, '@apollo/client/link/persisted-queries': apolloPersisted, '@apollo/client/link/subscriptions': apolloSubscriptions, '@apollo/client/utilities': apolloUtilities,
  '@urql/core': urql, '@urql/exchange-graphcache': graphcache, '@urql/exchange-graphcache/extras': graphcacheExtras, graphql, 'node:crypto': crypto, 'relay-runtime': relay,
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

describe('docs/clients', () => {
  it('joins pages, shares records and follows changes in Apollo Client', async () => {
    const make = loadBlock('docs/clients/apollo.md', 'apolloClient', modules)['apolloClient'] as (url: string, token: string) => { readonly client: apollo.ApolloClient; stop(): void };
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
    const make = loadBlock('docs/clients/urql.md', 'urqlClient', modules)['urqlClient'] as (url: string, token: string) => { readonly client: urql.Client; stop(): void };
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

  it('joins pages, fetches records anew by id, edits lists and follows changes in Relay', async () => {
    const make = loadBlock('docs/clients/relay.md', 'relayEnvironment', modules)['relayEnvironment'] as (url: string, token: string) => { readonly environment: Environment; stop(): void };
    const { environment, stop } = make(`${crm.url}/graphql`, token);
    const ask = async (request: ConcreteRequest, variables: Variables): Promise<OperationDescriptor> => {
      const operation = relay.createOperationDescriptor(relay.getRequest(request), variables);
      environment.retain(operation);
      await relay.fetchQuery(environment, request, variables).toPromise();
      return operation;
    };
    const read = <T>(fragment: ReaderFragment, of: unknown): T => environment.lookup(relay.getSingularSelector(fragment, of) as SingularReaderSelector).data as T;
    const whole = environment.lookup((await ask(accountsQuery, {})).fragment).data;
    interface Edges<T> {
      readonly edges: readonly { readonly node: T }[];
      readonly pageInfo: { readonly endCursor: string };
    }
    const shown = () => read<{ readonly accounts: Edges<{ readonly id: string; readonly name: string }> }>(page, whole).accounts;
    const named = () => shown().edges.map(({ node }) => node.name);

    expect(named()).toHaveLength(3);
    await ask(accountsPageQuery, { count: 3, cursor: shown().pageInfo.endCursor });
    expect(new Set(named()).size).toBe(6);

    const { node } = shown().edges[0] as { node: { readonly id: string; readonly name: string } };
    const contacts = () => read<{ readonly contacts: Edges<{ readonly id: string }> }>(contactsBelow, shown().edges[0]?.node).contacts;
    const before = contacts().edges.length;
    const people = [1, 2, 3].map((n) => `{ lastName: "Relay ${n}", accountId: "${node.id}" }`);
    await crm.ask(`mutation { createContacts(input: [${people.join()}]) { count } }`, 'admin@example.com');
    await ask(accountsContactsQuery, { id: node.id, count: 10, cursor: contacts().pageInfo.endCursor });
    expect(contacts().edges.length).toBeGreaterThan(before);

    const commit = (mutation: ConcreteRequest, variables: Variables) =>
      new Promise((resolve, reject) => relay.commitMutation(environment, { mutation, variables, onCompleted: (data, errors) => (errors?.length ? reject(new Error(errors[0]?.message)) : resolve(data)), onError: reject }));
    await commit(renameMutation, { id: node.id, name: 'Relay was here' });
    expect(named()[0]).toBe('Relay was here');
    const connections = [relay.ConnectionHandler.getConnectionID('client:root', 'accounts_accounts', { orderBy: [{ accountNumber: 'ASC' }] })];
    await commit(createMutation, { name: 'Made by Relay', connections });
    expect(named().at(-1)).toBe('Made by Relay');
    await commit(removeMutation, { id: shown().edges.at(-1)?.node.id, connections });
    expect(named()).not.toContain('Made by Relay');

    let following: { dispose(): void } | undefined;
    await new Promise<void>((resolve, reject) => {
      following = relay.requestSubscription(environment, { subscription: followSubscription, variables: { id: node.id }, onNext: (data) => (data as { accountChanges: { kind: string } }).accountChanges.kind === 'READY' && resolve(), onError: reject });
    });
    await setName(node.id, node.name);
    await expect.poll(() => named()[0], { timeout: 10_000 }).toBe(node.name);
    following?.dispose();
    stop();
  });
});
