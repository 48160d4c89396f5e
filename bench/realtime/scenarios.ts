/** What one socket asks for. */
interface Operation {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly operationsPerSocket: number;
  operations(socket: number): readonly Operation[];
  /** Subscriptions of a socket that are told of a change of the n-th record. */
  expected(socket: number, record: number): number;
}

export const records = 1_000;
/** The record that the n-th write changes: each in its turn, and those of a short run from all over. */
export const recordOf = (write: number): number => (write * 617) % records;
export const recordId = (number: number): string => `019b9321-0200-7000-8000-${String(number).padStart(12, '0')}`;

const message = '{ cursor kind at record { id title status } }';
const everything = `subscription { ticketChanges ${message} }`;
const byId = `subscription($id: ID!) { ticketChanges(where: { id: { eq: $id } }) ${message} }`;
const shapes = 1_000;
const perSocket = 200;
/** Of the records that the listeners of `ids` follow, only these are ever changed. */
const followed = (socket: number, index: number): number => socket * perSocket + index;

export const scenarios: readonly Scenario[] = [
  {
    name: 'all', title: 'every socket hears of every write', operationsPerSocket: 1,
    operations: () => [{ query: everything }],
    expected: () => 1,
  },
  {
    name: 'shapes', title: `${shapes.toLocaleString('en-US')} different filters, of which half match a write`, operationsPerSocket: 1,
    // As literals, so that the documents differ too.
    operations: (socket) => [{ query: `subscription { ticketChanges(where: { number: { gte: ${String(socket % shapes)} }, title: { ne: "${String(socket % shapes)} no" } }) ${message} }` }],
    expected: (socket, record) => (record >= socket % shapes ? 1 : 0),
  },
  {
    name: 'ids', title: `${String(perSocket)} subscriptions to one record each on every socket`, operationsPerSocket: perSocket,
    operations: (socket) => Array.from({ length: perSocket }, (_, index) => ({ query: byId, variables: { id: recordId(followed(socket, index)) } })),
    expected: (socket, record) => (Math.floor(record / perSocket) === socket ? 1 : 0),
  },
  {
    name: 'quiet', title: 'one filter for all that no write matches', operationsPerSocket: 1,
    operations: () => [{ query: `subscription { ticketChanges(where: { number: { lt: -1 } }) ${message} }` }],
    expected: () => 0,
  },
];

export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new Error(`There is no scenario "${name}"; there are ${scenarios.map((each) => each.name).join(', ')}.`);
  return scenario;
}
