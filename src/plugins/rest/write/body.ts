import type { IncomingMessage } from 'node:http';
import { isInputObjectType, type GraphQLSchema } from 'graphql';
import { suggest } from '../../../metadata/nearest.ts';
import type { Json } from '../read/shape.ts';
import { RestProblem } from '../problem.ts';

/** Reads a body of JSON. */
export async function readJsonBody(node: IncomingMessage, most: number): Promise<Json> {
  if (!/^application\/(merge-patch\+)?json\s*(;|$)/i.test(node.headers['content-type'] ?? '')) throw new RestProblem('BAD_REQUEST', 'The body must be JSON: send the header `content-type: application/json`.', { status: 415 });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of node as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new RestProblem('PAYLOAD_TOO_LARGE', `The body is larger than ${most.toLocaleString('en-US')} bytes.`);
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new RestProblem('BAD_REQUEST', `The body is not JSON: ${(error as Error).message}.`);
  }
  if (!isObject(body)) throw new RestProblem('BAD_REQUEST', 'The body must be a JSON object.');
  return body;
}

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Entries of an input that are values of the record itself. Records of relations have paths of their own. */
export function valueNames(schema: GraphQLSchema, input: string): readonly string[] {
  const type = schema.getType(input);
  if (!isInputObjectType(type)) return [];
  return Object.entries(type.getFields()).flatMap(([name, { extensions }]) => (extensions.objectos?.kind === 'field' ? [name] : []));
}

/** Refuses entries that the input does not have; `path` is where the values stand in the arguments of the operation. */
export function checkNames(values: Json, names: readonly string[], path: readonly (string | number)[]): void {
  const problems = Object.keys(values).filter((name) => !names.includes(name)).map((name) => ({ path: [...path, name], code: 'UNKNOWN_FIELD', message: `There is no field "${name}" to write. ${suggest(name, names) ?? ''}`.trim() }));
  if (problems.length > 0) throw new RestProblem('VALIDATION_FAILED', problems.map(({ message }) => message).join(' '), { problems });
}
