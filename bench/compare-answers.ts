import { isDeepStrictEqual } from 'node:util';
import type { Contestant } from './contestants.ts';
import { ask } from './loader.ts';
import type { ServerProcess } from './processes.ts';
import type { Workload } from './workloads.ts';

/** The hand-written API answers plain lists where the others have `nodes`. */
function withoutNodes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNodes);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'nodes') return withoutNodes(entries[0][1]);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNodes(inner)]));
}

/** Stops the benchmark when contestants do not do the same work: an answer that fails or that differs from the limit's. */
export async function compareAnswers(workloads: readonly Workload[], contestants: readonly { readonly contestant: Contestant; readonly server: ServerProcess }[]): Promise<void> {
  for (const workload of workloads) {
    for (let i = 0; i < 5; i += 1) {
      let expected: unknown;
      for (const { contestant, server } of contestants) {
        if (contestant.answers?.(workload) === false) continue;
        const { status, body } = await ask(server.port, contestant.request(workload, i * 101));
        const text = body.toString();
        const answer = status === 200 ? (JSON.parse(text) as { data?: unknown; errors?: unknown }) : undefined;
        if (!answer?.data || answer.errors) throw new Error(`${contestant.name} does not answer "${workload.title}": ${String(status)} ${text.slice(0, 1000)}`);
        const data = withoutNodes(answer.data);
        expected ??= data;
        if (!workload.write && !isDeepStrictEqual(data, expected)) {
          throw new Error(`${contestant.name} answers "${workload.title}" differently:\n${JSON.stringify(data).slice(0, 600)}\nthe limit:\n${JSON.stringify(expected).slice(0, 600)}`);
        }
      }
    }
  }
}
