import { coerceInputValue, type GraphQLInputType } from 'graphql';
import { stored } from './arguments.ts';

/** A record as a gateway names it: by its type and the fields of a key, with values of other subgraphs that fields of it need. */
export type Representation = Readonly<Record<string, unknown>>;

/** A value of a representation in stored form, which the scalar `_Any` leaves as it came. `refuse` throws what is wrong with it. */
export function partValue(value: unknown, input: GraphQLInputType, refuse: (problem: string) => never): unknown {
  if (value === null || value === undefined) return null;
  return stored(input, coerceInputValue(value, input, (_path, _value, { message }) => refuse(message)) as unknown);
}
