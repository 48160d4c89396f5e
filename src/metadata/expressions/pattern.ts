/**
 * Regular expressions as a subset that RE2, PostgreSQL and JavaScript read alike: characters, classes, groups, alternatives, greedy
 * repetition, `^` and `$`. Read into a tree, from which memory makes an automaton that runs in linear time and SQL a pattern.
 */
export type Pattern =
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly CodeRange[] }
  | { readonly kind: 'start' | 'end' | 'empty' }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly of: Pattern; readonly least: number; readonly most: number };

/** Code points, both ends included. */
export type CodeRange = readonly [from: number, to: number];

/** States that the automaton of a pattern may have. */
const largest = 2000;
const mostRepeats = 100;

class PatternProblem extends Error {}

export function parsePattern(source: string): { readonly pattern: Pattern } | { readonly problem: string } {
  try {
    const pattern = new PatternParser([...source]).whole();
    if (size(pattern) > largest) return { problem: 'the pattern is too large' };
    return { pattern };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

function size(pattern: Pattern): number {
  switch (pattern.kind) {
    case 'sequence': case 'choice': return pattern.parts.reduce((sum, part) => sum + size(part), 1);
    case 'repeat': return 1 + size(pattern.of) * Math.max(pattern.least, Number.isFinite(pattern.most) ? pattern.most : pattern.least + 1);
    default: return 1;
  }
}

const digit: readonly CodeRange[] = [[48, 57]];
const word: readonly CodeRange[] = [[48, 57], [65, 90], [95, 95], [97, 122]];
const space: readonly CodeRange[] = [[9, 10], [12, 13], [32, 32]];
const classes: Readonly<Record<string, { readonly ranges: readonly CodeRange[]; readonly negated: boolean }>> = {
  d: { ranges: digit, negated: false }, D: { ranges: digit, negated: true },
  w: { ranges: word, negated: false }, W: { ranges: word, negated: true },
  s: { ranges: space, negated: false }, S: { ranges: space, negated: true },
};
const controls: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11 };

class PatternParser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  whole(): Pattern {
    const pattern = this.#choice();
    if (this.#at < this.#chars.length) throw new PatternProblem('the pattern has a ) without its (');
    return pattern;
  }

  #choice(): Pattern {
    this.#depth += 1;
    if (this.#depth > 30) throw new PatternProblem('the groups of the pattern are nested too deeply');
    const parts = [this.#sequence()];
    while (this.#take('|')) parts.push(this.#sequence());
    this.#depth -= 1;
    return parts.length === 1 ? (parts[0] as Pattern) : { kind: 'choice', parts };
  }

  #sequence(): Pattern {
    const parts: Pattern[] = [];
    while (this.#at < this.#chars.length && this.#next !== '|' && this.#next !== ')') parts.push(this.#repeated());
    return parts.length === 0 ? { kind: 'empty' } : parts.length === 1 ? (parts[0] as Pattern) : { kind: 'sequence', parts };
  }

  #repeated(): Pattern {
    const of = this.#atom();
    const repeat = this.#repeat();
    if (!repeat) return of;
    if (of.kind === 'start' || of.kind === 'end') throw new PatternProblem('^ and $ cannot be repeated');
    if (this.#next === '?' || this.#next === '+' || this.#next === '*' || this.#next === '{') throw new PatternProblem('the pattern has a repetition of a repetition');
    return { kind: 'repeat', of, ...repeat };
  }

  #repeat(): { least: number; most: number } | undefined {
    if (this.#take('*')) return { least: 0, most: Infinity };
    if (this.#take('+')) return { least: 1, most: Infinity };
    if (this.#take('?')) return { least: 0, most: 1 };
    if (this.#next !== '{') return undefined;
    const match = /^\{(\d{1,4})(,(\d{1,4})?)?\}/.exec(this.#chars.slice(this.#at, this.#at + 12).join(''));
    if (!match) throw new PatternProblem('the pattern has a { that is no repetition; write \\{ for the character');
    this.#at += match[0].length;
    const least = Number(match[1]);
    const most = match[2] === undefined ? least : match[3] === undefined ? Infinity : Number(match[3]);
    if (most < least || least > mostRepeats || (most > mostRepeats && most !== Infinity)) throw new PatternProblem(`the pattern repeats at most ${mostRepeats} times: ${match[0]}`);
    return { least, most };
  }

  #atom(): Pattern {
    const char = this.#chars[this.#at] as string;
    this.#at += 1;
    switch (char) {
      case '^': return { kind: 'start' };
      case '$': return { kind: 'end' };
      case '.': return { kind: 'set', negated: true, ranges: [[10, 10]] };
      case '[': return this.#set();
      case '(': {
        if (this.#take('?') && !this.#take(':')) throw new PatternProblem('the pattern has a group with (?, of which only (?: is known');
        const inner = this.#choice();
        if (!this.#take(')')) throw new PatternProblem('the pattern has a ( without its )');
        return inner;
      }
      case '*': case '+': case '?': case '{': throw new PatternProblem(`the pattern has a ${char} with nothing to repeat`);
      case '\\': {
        const named = classes[this.#next ?? ''];
        if (named) {
          this.#at += 1;
          return { kind: 'set', ...named };
        }
        return single(this.#escaped());
      }
      default: return single(char.codePointAt(0) as number);
    }
  }

  #set(): Pattern {
    const negated = this.#take('^');
    const ranges: CodeRange[] = [];
    do {
      if (this.#at >= this.#chars.length) throw new PatternProblem('the pattern has a [ without its ]');
      if (this.#next === '[') throw new PatternProblem('the pattern has a [ inside a class; write \\[ for the character');
      const named = this.#next === '\\' ? classes[this.#chars[this.#at + 1] ?? ''] : undefined;
      if (named) {
        if (named.negated) throw new PatternProblem('a class cannot hold \\D, \\W or \\S');
        this.#at += 2;
        ranges.push(...named.ranges);
        continue;
      }
      const from = this.#member();
      if (this.#next !== '-' || this.#chars[this.#at + 1] === ']') {
        ranges.push([from, from]);
        continue;
      }
      this.#at += 1;
      const to = this.#member();
      if (to < from) throw new PatternProblem('a range of the pattern runs backwards');
      ranges.push([from, to]);
    } while (!this.#take(']'));
    return { kind: 'set', negated, ranges };
  }

  #member(): number {
    if (this.#at >= this.#chars.length) throw new PatternProblem('the pattern has a [ without its ]');
    if (this.#take('\\')) return this.#escaped();
    const code = (this.#chars[this.#at] as string).codePointAt(0) as number;
    this.#at += 1;
    return code;
  }

  #escaped(): number {
    const char = this.#next;
    if (char === undefined) throw new PatternProblem('the pattern ends with a backslash');
    this.#at += 1;
    const control = controls[char];
    if (control !== undefined) return control;
    if (/[A-Za-z0-9]/.test(char)) throw new PatternProblem(`the pattern has \\${char}, which is not known`);
    return char.codePointAt(0) as number;
  }

  get #next(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(char: string): boolean {
    if (this.#next !== char) return false;
    this.#at += 1;
    return true;
  }
}

function single(code: number): Pattern {
  return { kind: 'set', negated: false, ranges: [[code, code]] };
}
