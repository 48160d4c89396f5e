import type { Filter, FilterOperator } from '../../../resolvers/filter/filter.ts';
import { comparePath, negate, nullTest, truth, type ConditionScope, type ConditionValue } from '../../../resolvers/filter/conditions/compare.ts';
import { ConditionError } from '../../../resolvers/filter/conditions/condition-error.ts';
import { contextOf, contextValue } from './context-values.ts';

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end';
  readonly text: string;
}

type Term = { readonly kind: 'path'; readonly path: readonly string[] } | { readonly kind: 'null' } | ConditionValue;

const help = 'Conditions compare fields with values or with current_user.…, joined by AND, OR, NOT and parentheses.';
const pattern = /\s*(?:(?<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<word>\$?[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*)|(?<sign>\|\||&&|==|!=|<>|<=|>=|[=<>!()[\],]))/y;

/** SQL-like and CEL spellings: `owner = current_user.id AND status IN ('open', 'new')`. */
export function parseExpression(source: string, scope: ConditionScope): Filter {
  return new Parser(tokenize(source), scope).whole();
}

function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  const text = source.trim();
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const { groups } = pattern.exec(text) ?? {};
    if (!groups) throw new ConditionError(`the condition cannot be read from "${text.slice(at, at + 20).trim()}" on`, help);
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [Token['kind'], string];
    tokens.push({ kind, text: kind === 'text' ? unquote(found) : found });
  }
  return [...tokens, { kind: 'end', text: 'its end' }];
}

function unquote(text: string): string {
  const inner = text.slice(1, -1);
  return (text.startsWith("'") ? inner.replaceAll("''", "'") : inner).replace(/\\(.)/g, '$1');
}

const comparisons: Readonly<Record<string, FilterOperator>> = { '=': 'eq', '==': 'eq', '!=': 'ne', '<>': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
const flipped: Partial<Record<FilterOperator, FilterOperator>> = { lt: 'gt', lte: 'gte', gt: 'lt', gte: 'lte' };

class Parser {
  readonly #tokens: readonly Token[];
  readonly #scope: ConditionScope;
  #at = 0;

  constructor(tokens: readonly Token[], scope: ConditionScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  whole(): Filter {
    const filter = this.#or();
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return filter;
  }

  #or(): Filter {
    const filters = [this.#and()];
    while (this.#take('or', '||')) filters.push(this.#and());
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'or', filters };
  }

  #and(): Filter {
    const filters = [this.#not()];
    while (this.#take('and', '&&')) filters.push(this.#not());
    return filters.length === 1 ? (filters[0] as Filter) : { kind: 'and', filters };
  }

  #not(): Filter {
    if (this.#take('not', '!')) return negate(this.#not());
    if (!this.#take('(')) return this.#comparison();
    const filter = this.#or();
    this.#expect(')');
    return filter;
  }

  #comparison(): Filter {
    const left = this.#term();
    if (this.#take('is')) {
      const isNull = !this.#take('not');
      this.#expect('null');
      return nullTest(this.#pathOf(left), isNull, this.#scope);
    }
    const negated = this.#next.text.toLowerCase() === 'not';
    if (negated) this.#at += 1;
    if (this.#take('in')) {
      const filter = comparePath(this.#pathOf(left), 'in', this.#list(), this.#scope);
      return negated ? negate(filter) : filter;
    }
    if (negated) throw this.#unexpected();
    const operator = this.#next.kind === 'sign' ? comparisons[this.#next.text] : undefined;
    if (operator === undefined) {
      if (left.kind === 'path') return truth(left.path, this.#scope);
      if (left.kind === 'literal' && typeof left.value === 'boolean') return { kind: 'always', value: left.value };
      throw this.#unexpected();
    }
    this.#at += 1;
    return this.#compare(left, operator, this.#term());
  }

  #compare(left: Term, operator: FilterOperator, right: Term): Filter {
    if (left.kind !== 'path' && right.kind === 'path') return this.#compare(right, flipped[operator] ?? operator, left);
    const path = this.#pathOf(left);
    if (right.kind === 'path') throw new ConditionError('two fields cannot be compared with each other', help);
    if (right.kind === 'null') {
      if (operator !== 'eq' && operator !== 'ne') throw new ConditionError('null can only be compared by = and !=');
      return nullTest(path, operator === 'eq', this.#scope);
    }
    return comparePath(path, operator, right, this.#scope);
  }

  #list(): ConditionValue {
    const closing = this.#take('(') ? ')' : this.#take('[') ? ']' : undefined;
    if (closing === undefined) return this.#contextList(this.#term());
    const terms: Term[] = [];
    if (!this.#take(closing)) {
      do terms.push(this.#term());
      while (this.#take(','));
      this.#expect(closing);
    }
    const [only] = terms;
    if (terms.length === 1 && only?.kind === 'context') return only;
    return {
      kind: 'literal',
      value: terms.map((term) => {
        if (term.kind !== 'literal') throw new ConditionError('a list holds plain values', help);
        return term.value;
      }),
    };
  }

  #contextList(term: Term): ConditionValue {
    if (term.kind === 'context') return term;
    throw new ConditionError('IN takes a list: (\'open\', \'new\') or current_user.groups', help);
  }

  #term(): Term {
    const { kind, text } = this.#next;
    this.#at += 1;
    if (kind === 'number') return { kind: 'literal', value: Number(text) };
    if (kind === 'text') {
      const value = contextOf(text);
      return value ? { kind: 'context', value } : { kind: 'literal', value: text };
    }
    if (kind !== 'word') {
      this.#at -= 1;
      throw this.#unexpected();
    }
    switch (text.toLowerCase()) {
      case 'true': return { kind: 'literal', value: true };
      case 'false': return { kind: 'literal', value: false };
      case 'null': return { kind: 'null' };
    }
    if (this.#next.text === '(') throw new ConditionError(`functions such as ${text}() cannot be used in conditions`, help);
    const value = contextValue(text);
    if (value) return { kind: 'context', value };
    return { kind: 'path', path: text.replace(/^record\./, '').split('.') };
  }

  #pathOf(term: Term): readonly string[] {
    if (term.kind === 'path') return term.path;
    throw new ConditionError('a comparison needs a field of the record', help);
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'its end' };
  }

  #take(...words: readonly string[]): boolean {
    const { kind, text } = this.#next;
    if ((kind !== 'word' && kind !== 'sign') || !words.includes(text.toLowerCase())) return false;
    this.#at += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw this.#unexpected(word);
  }

  #unexpected(wanted?: string): ConditionError {
    const { kind, text } = this.#next;
    const found = kind === 'end' ? 'ends too early' : `cannot be read at "${text}"`;
    return new ConditionError(`the condition ${found}${wanted === undefined ? '' : `, where "${wanted}" is expected`}`, help);
  }
}
