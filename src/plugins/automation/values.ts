import { compileExpression } from '../../metadata/expressions/check.ts';
import type { CheckedExpression } from '../../metadata/expressions/checked.ts';
import { describeProblem } from '../../metadata/expressions/report.ts';
import type { ExpressionScope } from '../../metadata/expressions/scope.ts';
import type { ExpressionEnvironment } from '../../resolvers/expressions/environment.ts';
import { evaluateExpression } from '../../resolvers/expressions/evaluate.ts';

/** A value of a definition: a literal, a formula, or a text with places to fill. */
export interface CompiledValue {
  of(environment: ExpressionEnvironment): unknown;
  /** What it reads. */
  readonly expressions: readonly CheckedExpression[];
}

/** Where a value is written. */
export interface ValueScope extends ExpressionScope {
  /** Values see the message that started the run: `payload`, `headers`, `query`. */
  readonly message?: boolean;
}

export type Mistake = (message: string, hint?: string) => void;

/** `{!x}` `${x}` `{{x}}` `{x}`, where braces of JSON are none. */
const places = /\{!\s*([^{}]+?)\s*\}|\$\{\s*([^{}]+?)\s*\}|\{\{\s*([^{}]+?)\s*\}\}|\{([A-Za-z_$][\w$.]*(?:\(\))?)\}/g;

/** `NOW()`, `TODAY() + 3`, `=amount * 2`. */
const formula = /^=(?!=)\s*(.+)$|^((?:NOW|TODAY)\(\).*)$/is;

export function compileValue(written: unknown, scope: ValueScope, mistake: Mistake): CompiledValue {
  if (typeof written === 'string') return compileText(written, scope, mistake);
  if (Array.isArray(written)) {
    const items = written.map((item: unknown) => compileValue(item, scope, mistake));
    return { of: (environment) => items.map((item) => item.of(environment)), expressions: items.flatMap(({ expressions }) => expressions) };
  }
  if (typeof written === 'object' && written !== null) {
    const entries = Object.entries(written).map(([key, value]) => [key, compileValue(value, scope, mistake)] as const);
    return { of: (environment) => Object.fromEntries(entries.map(([key, value]) => [key, value.of(environment)])), expressions: entries.flatMap(([, { expressions }]) => expressions) };
  }
  return { of: () => written, expressions: [] };
}

export function compileFormula(source: string, scope: ExpressionScope, mistake: Mistake): CompiledValue {
  const expression = compileSource(source, scope, mistake);
  return { of: (environment) => (expression ? evaluateExpression(expression, environment) : null), expressions: expression ? [expression] : [] };
}

function compileText(text: string, scope: ValueScope, mistake: Mistake): CompiledValue {
  const whole = formula.exec(text);
  if (whole) return compileFormula(whole[1] ?? whole[2] ?? '', scope, mistake);
  const parts: (string | CompiledValue)[] = [];
  let end = 0;
  for (const match of text.matchAll(places)) {
    const inner = match[1] ?? match[2] ?? match[3] ?? match[4] ?? '';
    if (match.index > end) parts.push(text.slice(end, match.index));
    parts.push(variable(inner, scope) ?? compileFormula(sourceOf(inner, scope), scope, mistake));
    end = match.index + match[0].length;
  }
  if (parts.length === 0) return { of: () => text, expressions: [] };
  if (end < text.length) parts.push(text.slice(end));
  const expressions = parts.flatMap((part) => (typeof part === 'string' ? [] : part.expressions));
  const [only, more] = parts;
  // Alone, a value keeps its type.
  if (only !== undefined && typeof only !== 'string' && more === undefined) return only;
  return { of: (environment) => parts.map((part) => (typeof part === 'string' ? part : textOf(part.of(environment)))).join(''), expressions };
}

const messageParts: readonly string[] = ['payload', 'headers', 'query'];

/** `SCRIPT_RESULT.total`: from what the last script before answered. `payload.customer.email`: from the message that started the run. */
function variable(inner: string, { message = false }: ValueScope): CompiledValue | undefined {
  const [head = '', ...steps] = inner.split('.');
  if (head !== 'SCRIPT_RESULT' && !(message && messageParts.includes(head))) return undefined;
  const step = (value: unknown, key: string): unknown => (typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : null);
  return { of: ({ variables }) => steps.reduce(step, variables?.[head] ?? null), expressions: [] };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The heads that templates use, in the words of expressions. */
function sourceOf(inner: string, { object }: ExpressionScope): string {
  if (/^\$today$/i.test(inner)) return 'TODAY()';
  if (/^\$?userId$/i.test(inner)) return 'current_user.id';
  if (/^profile$/i.test(inner) && !object?.fields.has('profile')) return 'current_user.profile';
  const [, head = '', rest = ''] = /^(\$?\w+)\.(.+)$/s.exec(inner) ?? [];
  if (/^env$/i.test(head)) return `os.env.${rest}`;
  if (/^\$?(current)?user$/i.test(head)) return `current_user.${rest}`;
  if (object && head.replaceAll('_', '').toLowerCase() === object.name.replaceAll('_', '').toLowerCase() && !object.fields.has(head)) return `record.${rest}`;
  return inner;
}

function compileSource(source: string, scope: ExpressionScope, mistake: Mistake): CheckedExpression | undefined {
  const result = compileExpression(source, scope);
  if ('checked' in result) return result.checked;
  for (const problem of result.problems) {
    const { message, hint } = describeProblem(source, problem);
    mistake(message, hint);
  }
  return undefined;
}
