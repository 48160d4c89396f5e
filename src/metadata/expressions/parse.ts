import { digits } from './digits.ts';
import { ExpressionError, expressionLimits, type BinaryOperator, type Expression, type ExpressionProblem, type ExpressionSource, type Span } from './expression.ts';
import { hintOnSign } from './foreign-signs.ts';
import { tokenize, type Token } from './tokenize.ts';

export type ParsedExpression = { readonly expression: Expression; readonly source: string } | { readonly problems: readonly ExpressionProblem[]; readonly source: string };

const dialects: ReadonlySet<string> = new Set(['cel', 'formula', 'expression', 'excel', 'salesforce', 'sql']);

/**
 * Reads an expression in either spelling, CEL or Excel and SQL like: one grammar holds both, so that a text needs no mark of its
 * dialect. `=` is equality.
 */
export function parseExpression(given: ExpressionSource): ParsedExpression {
  const source = typeof given === 'string' ? given : given.source;
  const dialect = typeof given === 'string' ? undefined : given.dialect;
  const whole = { offset: 0, length: source.length };
  try {
    if (dialect !== undefined && !dialects.has(dialect.toLowerCase())) throw new ExpressionError(`"${dialect}" is no dialect of expressions`, whole, 'Write dialect: cel, or leave it out.');
    if (source.length > expressionLimits.characters) throw new ExpressionError(`an expression has at most ${expressionLimits.characters} characters`, { offset: expressionLimits.characters, length: 1 }, 'Put parts of it into formula fields.');
    return { expression: new Parser(tokenize(source)).whole(), source };
  } catch (error) {
    if (error instanceof ExpressionError) return { problems: [error.problem], source };
    throw error;
  }
}

const comparisons: Readonly<Record<string, BinaryOperator>> = { '=': 'eq', '==': 'eq', '!=': 'ne', '<>': 'ne', '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' };
const sums: Readonly<Record<string, BinaryOperator>> = { '+': 'add', '-': 'subtract', '&': 'concat' };
const products: Readonly<Record<string, BinaryOperator>> = { '*': 'multiply', '/': 'divide', '%': 'remainder' };
/** Words that cannot stand where a value is expected. */
const reserved: ReadonlySet<string> = new Set(['and', 'or', 'in', 'is', 'when', 'then', 'else', 'end', 'between']);

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nodes = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  whole(): Expression {
    if (this.#atEnd()) throw new ExpressionError('the expression is empty', this.#next);
    const expression = this.#expression();
    if (!this.#atEnd()) throw this.#unexpected();
    return expression;
  }

  #expression(): Expression {
    this.#depth += 1;
    if (this.#depth > expressionLimits.depth) throw new ExpressionError(`the expression is nested more than ${expressionLimits.depth} levels deep`, this.#next);
    const condition = this.#or();
    let expression = condition;
    if (this.#sign('?')) {
      const then = this.#expression();
      this.#expect(':');
      const otherwise = this.#expression();
      expression = this.#node({ kind: 'conditional', condition, then, otherwise, ...from(condition, otherwise) });
    }
    this.#depth -= 1;
    return expression;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#sign('||') || this.#word('or')) left = this.#binary('or', left, this.#and());
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#sign('&&') || this.#word('and')) left = this.#binary('and', left, this.#not());
    return left;
  }

  /** `NOT` binds weaker than comparisons, as in SQL; `!` stronger, as in CEL. */
  #not(): Expression {
    const start = this.#next;
    if (!this.#word('not')) return this.#comparison();
    return this.#nested(() => {
      const operand = this.#not();
      return this.#node({ kind: 'not', operand, ...from(start, operand) });
    });
  }

  #comparison(): Expression {
    let left = this.#sum();
    for (;;) {
      const start = this.#next;
      const operator = start.kind === 'sign' ? comparisons[start.text] : undefined;
      if (operator !== undefined) {
        this.#at += 1;
        left = this.#binary(operator, left, this.#sum());
        continue;
      }
      if (this.#word('is')) {
        const operator = this.#word('not') ? 'ne' : 'eq';
        const right = this.#sum();
        if (right.kind !== 'null') throw new ExpressionError('IS is followed by NULL or NOT NULL', right, 'Compare with =.');
        left = this.#binary(operator, left, right);
        continue;
      }
      const negated = this.#isWord(this.#next, 'not') && (this.#isWord(this.#tokens[this.#at + 1], 'in') || this.#isWord(this.#tokens[this.#at + 1], 'between'));
      if (negated) this.#at += 1;
      let test: Expression | undefined;
      if (this.#word('in')) test = this.#binary('in', left, this.#listOfIn());
      else if (this.#word('between')) test = this.#between(left);
      if (test === undefined) return left;
      left = negated ? this.#node({ kind: 'not', operand: test, ...from(left, test) }) : test;
    }
  }

  /** `IN ('a', 'b')` is a list as `in ['a', 'b']` is; `in (tags)` is the list itself, which only its type tells. */
  #listOfIn(): Expression {
    const start = this.#next;
    if (start.kind !== 'sign' || start.text !== '(') return this.#sum();
    this.#at += 1;
    const items = this.#items(')');
    const [only] = items;
    if (items.length === 1 && only && (only.kind === 'list' || only.kind === 'name' || only.kind === 'member')) return only;
    return this.#node({ kind: 'list', items, ...this.#since(start) });
  }

  #between(value: Expression): Expression {
    const low = this.#sum();
    if (!this.#word('and')) throw this.#unexpected('AND');
    const high = this.#sum();
    return this.#binary('and', this.#binary('gte', value, low), this.#binary('lte', value, high));
  }

  #sum(): Expression {
    let left = this.#product();
    for (;;) {
      const operator = this.#next.kind === 'sign' ? sums[this.#next.text] : undefined;
      if (operator === undefined) return left;
      this.#at += 1;
      left = this.#binary(operator, left, this.#product());
    }
  }

  #product(): Expression {
    let left = this.#unary();
    for (;;) {
      const operator = this.#next.kind === 'sign' ? products[this.#next.text] : undefined;
      if (operator === undefined) return left;
      this.#at += 1;
      left = this.#binary(operator, left, this.#unary());
    }
  }

  #unary(): Expression {
    const start = this.#next;
    const kind = this.#sign('!') ? 'not' : this.#sign('-') ? 'negate' : undefined;
    if (kind === undefined) return this.#sign('+') ? this.#unary() : this.#postfix();
    return this.#nested(() => {
      const operand = this.#unary();
      return this.#node({ kind, operand, ...from(start, operand) });
    });
  }

  #nested(parse: () => Expression): Expression {
    this.#depth += 1;
    if (this.#depth > expressionLimits.depth) throw new ExpressionError(`the expression is nested more than ${expressionLimits.depth} levels deep`, this.#next);
    const expression = parse();
    this.#depth -= 1;
    return expression;
  }

  #postfix(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#sign('.')) {
        const name = this.#next;
        if (name.kind !== 'name') throw this.#unexpected('a name');
        this.#at += 1;
        if (this.#sign('(')) {
          const args = this.#items(')');
          of = this.#node({ kind: 'call', name: name.text, args: [of, ...args], method: true, ...this.#since(of) });
        } else of = this.#node({ kind: 'member', of, name: name.text, ...this.#since(of) });
      } else if (this.#sign('[')) {
        const index = this.#expression();
        this.#expect(']');
        of = this.#node({ kind: 'index', of, index, ...this.#since(of) });
      } else return of;
    }
  }

  #primary(): Expression {
    const token = this.#next;
    switch (token.kind) {
      case 'text':
        this.#at += 1;
        return this.#node({ kind: 'text', value: token.text, ...spanOf(token) });
      case 'number':
        this.#at += 1;
        return this.#node({ kind: 'number', value: digits(token), ...spanOf(token) });
      case 'name':
        return this.#named(token);
      case 'sign':
        if (this.#sign('(')) {
          const inner = this.#expression();
          this.#expect(')');
          return { ...inner, ...this.#since(token) };
        }
        if (this.#sign('[')) return this.#node({ kind: 'list', items: this.#items(']'), ...this.#since(token) });
        if (this.#sign('{')) return this.#map(token);
        throw this.#unexpected();
      case 'end':
        throw this.#unexpected();
    }
  }

  #named(token: Token): Expression {
    const call = this.#isSign(this.#tokens[this.#at + 1], '(');
    const word = token.text.toLowerCase();
    if (word === 'case' && !(call && this.#isCallOfCase())) return this.#case(token);
    this.#at += 1;
    if (call) {
      this.#at += 1;
      return this.#node({ kind: 'call', name: token.text, args: this.#items(')'), method: false, ...this.#since(token) });
    }
    if (reserved.has(word)) {
      this.#at -= 1;
      throw this.#unexpected();
    }
    if (word === 'null') return this.#node({ kind: 'null', ...spanOf(token) });
    if (word === 'true' || word === 'false') return this.#node({ kind: 'boolean', value: word === 'true', ...spanOf(token) });
    return this.#node({ kind: 'name', name: token.text, ...spanOf(token) });
  }

  /** `CASE(x, …)` and not `CASE (x) WHEN …`, nor a field named case. */
  #isCallOfCase(): boolean {
    let open = 0;
    for (let at = this.#at + 1; at < this.#tokens.length; at += 1) {
      const token = this.#tokens[at];
      if (this.#isSign(token, '(')) open += 1;
      else if (this.#isSign(token, ')')) open -= 1;
      if (open === 0) return !this.#isWord(this.#tokens[at + 1], 'when');
    }
    return true;
  }

  /** `CASE WHEN a THEN b … ELSE c END` and `CASE x WHEN a THEN b … END`. A bare `case` is a name: an object may be called so. */
  #case(start: Token): Expression {
    const following = this.#tokens[this.#at + 1];
    this.#at += 1;
    if (following === undefined || following.kind === 'end' || (following.kind === 'sign' && following.text !== '(' && following.text !== '-' && following.text !== '!')) {
      return this.#node({ kind: 'name', name: start.text, ...spanOf(start) });
    }
    const subject = this.#isWord(this.#next, 'when') ? undefined : this.#expression();
    const branches: { condition: Expression; then: Expression }[] = [];
    while (this.#word('when')) {
      const tested = this.#expression();
      const condition = subject ? this.#binary('eq', subject, tested) : tested;
      if (!this.#word('then')) throw this.#unexpected('THEN');
      branches.push({ condition, then: this.#expression() });
    }
    if (branches.length === 0) throw this.#unexpected('WHEN');
    const otherwise = this.#word('else') ? this.#expression() : this.#node({ kind: 'null', ...spanOf(this.#next) });
    if (!this.#word('end')) throw this.#unexpected('END');
    const span = this.#since(start);
    return branches.reduceRight<Expression>((rest, { condition, then }) => this.#node({ kind: 'conditional', condition, then, otherwise: rest, ...span }), otherwise);
  }

  #map(start: Token): Expression {
    const entries: { key: Expression; value: Expression }[] = [];
    if (!this.#sign('}')) {
      do {
        const key = this.#expression();
        this.#expect(':');
        entries.push({ key, value: this.#expression() });
      } while (this.#sign(','));
      this.#expect('}');
    }
    return this.#node({ kind: 'map', entries, ...this.#since(start) });
  }

  #items(closing: ')' | ']'): Expression[] {
    const items: Expression[] = [];
    if (this.#sign(closing)) return items;
    do items.push(this.#expression());
    while (this.#sign(','));
    this.#expect(closing, ',');
    return items;
  }

  #binary(operator: BinaryOperator, left: Expression, right: Expression): Expression {
    return this.#node({ kind: 'binary', operator, left, right, ...from(left, right) });
  }

  #node(expression: Expression): Expression {
    this.#nodes += 1;
    if (this.#nodes > expressionLimits.nodes) throw new ExpressionError(`an expression has at most ${expressionLimits.nodes} parts`, expression, 'Put parts of it into formula fields.');
    return expression;
  }

  #atEnd(): boolean {
    return this.#next.kind === 'end';
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #isSign(token: Token | undefined, text: string): boolean {
    return token?.kind === 'sign' && token.text === text;
  }

  #isWord(token: Token | undefined, word: string): boolean {
    return token?.kind === 'name' && token.text.toLowerCase() === word;
  }

  #sign(text: string): boolean {
    if (!this.#isSign(this.#next, text)) return false;
    this.#at += 1;
    return true;
  }

  #word(word: string): boolean {
    if (!this.#isWord(this.#next, word)) return false;
    this.#at += 1;
    return true;
  }

  #expect(text: string, or?: string): void {
    if (!this.#sign(text)) throw this.#unexpected(or === undefined ? `"${text}"` : `"${text}" or "${or}"`);
  }

  /** From the beginning of `start` to the end of the last token taken. */
  #since(start: Span): Span {
    const last = this.#tokens[this.#at - 1] as Token;
    return { offset: start.offset, length: last.offset + last.length - start.offset };
  }

  #unexpected(wanted?: string): ExpressionError {
    const token = this.#next;
    const expected = wanted === undefined ? '' : `; expected ${wanted}`;
    if (token.kind === 'end') return new ExpressionError(`the expression ends too early${expected}`, token, this.#isSign(this.#tokens[this.#at - 1], '%') ? 'The sign % gives a remainder: write 0.5 for 50 %.' : undefined);
    return new ExpressionError(`unexpected ${token.kind === 'text' ? 'text' : `"${token.text}"`}${expected}`, token, token.kind === 'text' ? undefined : hintOnSign(token.text));
  }
}

function from(start: Span, end: Span): Span {
  return { offset: start.offset, length: end.offset + end.length - start.offset };
}

function spanOf({ offset, length }: Span): Span {
  return { offset, length };
}
