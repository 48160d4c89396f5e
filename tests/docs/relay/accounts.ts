import { graphql } from 'relay-runtime';

export const page = graphql`
  fragment accounts_page on Query @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" }) @refetchable(queryName: "accountsPageQuery") {
    accounts(first: $count, after: $cursor, orderBy: [{ accountNumber: ASC }]) @connection(key: "accounts_accounts") {
      edges { node { id name ...accounts_contacts } }
    }
  }
`;

export const contacts = graphql`
  fragment accounts_contacts on Account @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" }) @refetchable(queryName: "accountsContactsQuery") {
    contacts(first: $count, after: $cursor) @connection(key: "accounts_contacts") {
      edges { node { id fullName email } }
    }
  }
`;

export const query = graphql`
  query accountsQuery { ...accounts_page }
`;

export const rename = graphql`
  mutation accountsRenameMutation($id: ID!, $name: String!) { updateAccount(id: $id, input: { name: $name }) { record { id name } } }
`;

export const create = graphql`
  mutation accountsCreateMutation($name: String!, $connections: [ID!]!) {
    createAccount(input: { name: $name, type: PARTNER }) { record @appendNode(connections: $connections, edgeTypeName: "AccountEdge") { id name } }
  }
`;

export const remove = graphql`
  mutation accountsRemoveMutation($id: ID!, $connections: [ID!]!) { deleteAccount(id: $id) { record { id @deleteEdge(connections: $connections) } } }
`;

export const follow = graphql`
  subscription accountsFollowSubscription($id: ID!) { accountChanges(where: { id: { eq: $id } }) { kind record { id name } } }
`;
