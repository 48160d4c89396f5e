import type { GraphQLSchema } from 'graphql';
import { suggest } from '../../../metadata/nearest.ts';
import type { MutationPhase } from '../../../resolvers/write/phase.ts';
import { webhookObject } from '../objects.ts';
import { recordQuery, selectionProblems, wholeSelection } from '../selection.ts';
import type { Webhook } from '../webhook.ts';

/** A webhook that is a record runs with the rights of who wrote it last, so that nobody sends elsewhere what only another may read. */
export function recordRules(schema: () => GraphQLSchema | undefined, defined: () => readonly Webhook[]): MutationPhase {
  return {
    objects: [String(webhookObject['name'])],
    kinds: ['create', 'update'],
    pure: true,
    before(changes, { caller }) {
      for (const change of changes) if (caller.kind !== 'system') change.values['run_as'] = caller.userId ?? null;
    },
    validate(changes, { catalog }, report) {
      for (const change of changes) {
        const { name, object: objectName, url, payload, run_as: person } = change.record as Readonly<Record<string, string | null>>;
        const object = catalog.objects.get(objectName ?? '');
        if (person === null || person === undefined) report(change, { code: 'RUN_AS_MISSING', message: 'A webhook is made by a user: payloads are read with the rights of that user.' });
        if (defined().some((webhook) => webhook.name === name)) report(change, { field: 'name', code: 'TAKEN', message: `A definition has the name "${name ?? ''}".` });
        if (!/^https?:$/.test(URL.parse(url ?? '')?.protocol ?? '')) report(change, { field: 'url', code: 'INVALID_FORMAT', message: 'An http or https address is expected.' });
        if (!object || object.view || !object.methods.has('get')) {
          report(change, { field: 'object', code: 'UNKNOWN_OBJECT', message: `There is no object "${objectName ?? ''}" whose records the API shows and changes. ${suggest(objectName ?? '', [...catalog.objects.keys()]) ?? ''}`.trim() });
          continue;
        }
        const problem = payloadProblem();
        if (problem !== undefined) report(change, { field: 'payload', code: 'INVALID_FORMAT', message: problem });

        function payloadProblem(): string | undefined {
          const current = schema();
          if (!object || !current) return undefined;
          try {
            return selectionProblems(recordQuery(object, payload ?? wholeSelection(object)).query, current)[0];
          } catch (error) {
            return error instanceof Error ? error.message : String(error);
          }
        }
      }
    },
  };
}
