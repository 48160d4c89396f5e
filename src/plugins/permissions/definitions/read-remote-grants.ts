import { Reader } from '../../../metadata/definitions/reader.ts';
import { suggest } from '../../../metadata/nearest.ts';
import type { RemoteGrant } from '../rules.ts';
import type { Draft } from './read-rules.ts';

const readable = /^(\*|(?!Mutation\.)[A-Za-z_]\w*\.([A-Za-z_]\w*|\*))$/;
const runnable = /^(\*|Mutation\.([A-Za-z_]\w*|\*))$/;

/** `remotes: { catalog: { read: [Query.products], edit: [Mutation.addProduct] } }` */
export function readRemoteGrants(reader: Reader, { remotes }: Pick<Draft, 'remotes'>): ReadonlyMap<string, RemoteGrant> {
  return new Map(
    reader.entries('remotes').map(({ name, value, path }): [string, RemoteGrant] => {
      const inner = new Reader(value, path, reader.subject, reader.report);
      if (!remotes) inner.error([], 'there are no remote services', 'Turn on the plugin that has them: plugins: [stitching] in objectos.config.yml.');
      else if (name !== '*' && !remotes.includes(name)) inner.error([], `there is no remote "${name}"`, suggest(name, remotes));
      const list = (key: 'read' | 'edit', accepted: RegExp, hint: string): ReadonlySet<string> => {
        const given = inner.texts(key) ?? [];
        for (const coordinate of given) if (!accepted.test(coordinate)) inner.error([key], `"${coordinate}" is not accepted`, hint);
        return new Set(given);
      };
      const grant = { read: list('read', readable, 'Fields such as Query.products or Product.cost, Query.*, or "*".'), edit: list('edit', runnable, 'Fields such as Mutation.addProduct, or "*".') };
      inner.end();
      return [name, grant];
    }),
  );
}
