import type { Checked } from '../../../metadata/expressions/checked.ts';
import type { ExpressionFunction } from '../../../metadata/expressions/functions.ts';
import { childrenOf } from '../../../metadata/expressions/summarize.ts';

/** Written with functions of PostgreSQL that may depend on settings of the session, or with a query of their own. */
const unstable: ReadonlySet<ExpressionFunction> = new Set(['join', 'average', 'now', 'today', 'monthsBetween', 'hoursBetween']);
const texts: ReadonlySet<string> = new Set(['text', 'number', 'boolean', 'id']);

/** Whether PostgreSQL takes the SQL of an expression over stored fields for the condition of an index. */
export function isImmutable(node: Checked): boolean {
  return isImmutableItself(node) && childrenOf(node).every(isImmutable);
}

function isImmutableItself(node: Checked): boolean {
  switch (node.kind) {
    case 'constant': case 'and': case 'or': case 'not': case 'isNull': case 'compare': case 'in': case 'list': case 'conditional': return true;
    case 'field': return node.steps.length === 0 && node.field.column !== undefined;
    case 'call': return !unstable.has(node.function);
    case 'arithmetic': return node.operator !== 'concat' && node.operator !== 'addTime' && node.operator !== 'timeBetween';
    case 'convert': return node.conversion === 'toDate' || (node.conversion === 'toDatetime' ? node.zone === 'UTC' : texts.has(node.value.type.kind));
    default: return false;
  }
}
