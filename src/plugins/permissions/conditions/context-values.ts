import { callerRoots, callerValueNamed, loneCallerValue } from '../../../metadata/expressions/scope.ts';
import type { FilterFamily } from '../../../metadata/field-type.ts';
import { callerValue } from '../../../resolvers/expressions/caller-values.ts';
import type { ContextValue } from '../../../resolvers/filter/conditions/compare.ts';

const ids: readonly FilterFamily[] = ['id', 'string'];
const texts: readonly FilterFamily[] = ['string', 'enum'];

const template = String.raw`(?:\{\{\s*([\w.$]+)\s*\}\}|\$?\{\s*([\w.]+)\s*\})`;
const whole = new RegExp(`^${template}$`);
const quoted = new RegExp(`(?:'${template}'|"${template}")`, 'g');

/** An expression in which templates in quotes, as in `owner = '{current_user_id}'`, are the paths that they hold. */
export function withoutTemplates(source: string): string {
  return source.replaceAll(quoted, (text: string) => (contextOf(text.slice(1, -1)) ? text.replaceAll(/[^\w.$]|\$(?=\{)/g, '') : text));
}

/** What `{current_user_id}`, `${current_user.role}` or `{{ userId }}` in a text stands for, by the names of expressions; undefined for other texts. */
export function contextOf(text: string): ContextValue | undefined {
  const path = whole.exec(text)?.slice(1).find((part) => part !== undefined);
  const [root = '', attribute, ...rest] = path?.split('.') ?? [];
  const isCaller = attribute !== undefined && rest.length === 0 && callerRoots.has(root.toLowerCase());
  const found = attribute === undefined ? loneCallerValue(root) : isCaller ? callerValueNamed(attribute) : undefined;
  if (!found) return undefined;
  const { name, type } = found;
  const item = type.kind === 'list' ? type.of : type;
  return { name, list: type.kind === 'list', families: item.kind === 'id' ? ids : item.kind === 'text' ? texts : undefined, read: ({ caller }) => callerValue(caller, name) };
}
