import type { AppliedDirective } from '../../../builder/spec.ts';
import { StartupError } from '../../../errors.ts';
import { suggest } from '../../../metadata/nearest.ts';
import { isRemoteRoot, type RemoteField } from '../../../resolvers/source.ts';
import type { RemoteGrant, Rules, RuleSet } from '../rules.ts';

/** Who may use a field of a remote service. Root fields are closed; of the others those that some set names. */
export function remotePermission({ sets }: Rules, field: RemoteField): AppliedDirective | undefined {
  const { remote, coordinate } = field;
  const right = coordinate.startsWith('Mutation.') ? 'edit' : 'read';
  const all = [...sets.values()];
  if (!isRemoteRoot(field) && !all.some((set) => namesIt(grantOf(set, remote)?.[right], coordinate))) return undefined;
  const holders = all.filter((set) => grantOf(set, remote)?.[right].has('*') === true || namesIt(grantOf(set, remote)?.[right], coordinate));
  return { name: 'permission', args: { [right]: holders.map(({ name }) => name).sort() } };
}

const grantOf = ({ remotes }: RuleSet, remote: string): RemoteGrant | undefined => remotes.get(remote) ?? remotes.get('*');
const namesIt = (granted: ReadonlySet<string> | undefined, coordinate: string): boolean => granted !== undefined && (granted.has(coordinate) || granted.has(`${coordinate.split('.')[0] ?? ''}.*`));

/** Stops where a set names what a service does not have. A service whose schema is not known may have anything. */
export function checkRemoteGrants({ sets }: Rules, known: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const { name: set, remotes } of sets.values()) {
    for (const [remote, { read, edit }] of remotes) {
      const fields = known.get(remote);
      if (!fields) continue;
      for (const coordinate of [...read, ...edit]) {
        if (coordinate === '*' || fields.has(coordinate) || (coordinate.endsWith('.*') && [...fields].some((field) => field.startsWith(coordinate.slice(0, -1))))) continue;
        throw new StartupError(`The permission set ${set} names ${coordinate} of the remote ${remote}, which it does not have. ${suggest(coordinate, [...fields]) ?? ''}`);
      }
    }
  }
}
