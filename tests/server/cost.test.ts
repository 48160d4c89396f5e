import { buildSchema, parse, type OperationDefinitionNode } from 'graphql';
import { describe, expect, it } from 'vitest';
import { compileCost } from '../../src/server/cost.ts';

const schema = buildSchema(`
  type Query { account(id: ID!): Account, accounts(first: Int, last: Int): AccountConnection!, nodes(ids: [ID!]!): [Node]!, tags: [String!] }
  interface Node { id: ID! }
  type Account implements Node { id: ID!, name: String, parent: Account, contacts(first: Int): ContactConnection!, total: Total! }
  type Contact implements Node { id: ID!, account: Account }
  type Total { count: Int }
  type PageInfo { hasNextPage: Boolean! }
  type AccountConnection { nodes: [Account!]!, edges: [AccountEdge!]!, pageInfo: PageInfo!, totalCount: Int! }
  type AccountEdge { node: Account!, cursor: String! }
  type ContactConnection { nodes: [Contact!]!, edges: [ContactEdge!]!, pageInfo: PageInfo! }
  type ContactEdge { node: Contact! }
`);

const cost = (query: string, variables: Record<string, unknown> = {}): number => {
  const document = parse(query);
  return compileCost(schema, document, document.definitions[0] as OperationDefinitionNode, { pageSize: 50, listSize: 10 })(variables);
};

describe('the cost of an operation', () => {
  it.each<[number, string, Record<string, unknown>?]>([
    [0, '{ tags __typename }'],
    [0, '{ __schema { types { fields { name } } } }'],
    [1, '{ account(id: 1) { id name } }'],
    [2, '{ account(id: 1) { parent { name } } }'],
    [50, '{ accounts { nodes { id } } }'],
    [20, '{ accounts(first: 20) { nodes { id } edges { cursor } pageInfo { hasNextPage } totalCount } }'],
    [20 + 20 + 100, '{ accounts(first: 20) { nodes { parent { id } contacts(first: 5) { nodes { id } } } } }'],
    [20 + 100 + 100, '{ accounts(first: 20) { edges { node { contacts(first: 5) { edges { node { account { id } } } } } } } }'],
    [7, 'query ($n: Int) { accounts(last: $n) { nodes { id } } }', { n: 7 }],
    [50, 'query ($n: Int) { accounts(first: $n) { nodes { id } } }', {}],
    [0, '{ accounts(first: 0) { totalCount } }'],
    [0, '{ accounts(first: -5) { totalCount } }'],
    [3, '{ nodes(ids: [1, 2, 3]) { id } }'],
    [2 + 2, 'query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Account { parent { id } } } }', { ids: [1, 2] }],
    [10, '{ a: accounts(first: 5) { totalCount } b: accounts(first: 5) { totalCount } }'],
    [4, 'query { account(id: 1) { ...F parent { ...F } } } fragment F on Account { parent { id } }'],
  ])('%i: %s', (expected, query, variables) => {
    expect(cost(query, variables)).toBe(expected);
  });

  it('counts each fragment once, however often fragments multiply', () => {
    const fragments = Array.from({ length: 60 }, (_, level) => `fragment F${level} on Account { a: parent { ...F${level + 1} } b: parent { ...F${level + 1} } }`).join(' ');
    expect(cost(`{ account(id: 1) { ...F0 } } ${fragments} fragment F60 on Account { id }`)).toBeGreaterThan(2 ** 60);
  });
});
