import type { CodeRange, Pattern } from '../../metadata/expressions/pattern.ts';

type State =
  | { readonly kind: 'set'; readonly negated: boolean; readonly ranges: readonly CodeRange[]; next: number }
  | { readonly kind: 'split'; readonly targets: number[] }
  | { readonly kind: 'start' | 'end'; next: number }
  | { readonly kind: 'done' };

/** Tells whether a text holds a match, in time linear in its length: all states advance together, so nothing is tried twice. */
export function compilePattern(pattern: Pattern): (text: string) => boolean {
  const states: State[] = [{ kind: 'done' }];
  const add = (state: State): number => states.push(state) - 1;
  const build = (part: Pattern, next: number): number => {
    switch (part.kind) {
      case 'empty': return next;
      case 'set': return add({ kind: 'set', negated: part.negated, ranges: part.ranges, next });
      case 'start': case 'end': return add({ kind: part.kind, next });
      case 'sequence': return part.parts.reduceRight((at, inner) => build(inner, at), next);
      case 'choice': return add({ kind: 'split', targets: part.parts.map((inner) => build(inner, next)) });
      case 'repeat': {
        let at = next;
        if (part.most === Infinity) {
          const targets: number[] = [];
          at = add({ kind: 'split', targets });
          targets.push(build(part.of, at), next);
        } else for (let count = part.least; count < part.most; count += 1) at = add({ kind: 'split', targets: [build(part.of, at), next] });
        for (let count = 0; count < part.least; count += 1) at = build(part.of, at);
        return at;
      }
    }
  };
  const first = build(pattern, 0);
  return (text) => search(states, first, text);
}

function search(states: readonly State[], first: number, text: string): boolean {
  const codes = Array.from(text, (char) => char.codePointAt(0) as number);
  let current = new Set<number>();
  for (let at = 0; at <= codes.length; at += 1) {
    if (reach(states, current, first, at === 0, at === codes.length)) return true;
    const code = codes[at];
    if (code === undefined) return false;
    const following = new Set<number>();
    for (const index of current) {
      const state = states[index] as State;
      if (state.kind === 'set' && state.ranges.some(([from, to]) => code >= from && code <= to) !== state.negated && reach(states, following, state.next, false, at + 1 === codes.length)) return true;
    }
    current = following;
  }
  return false;
}

/** Adds a state and all that follow it without a character; true when the match is complete. */
function reach(states: readonly State[], into: Set<number>, start: number, atStart: boolean, atEnd: boolean): boolean {
  const pending = [start];
  for (let index = pending.pop(); index !== undefined; index = pending.pop()) {
    if (into.has(index)) continue;
    into.add(index);
    const state = states[index] as State;
    if (state.kind === 'done') return true;
    if (state.kind === 'split') pending.push(...state.targets);
    else if (state.kind === 'start' && atStart) pending.push(state.next);
    else if (state.kind === 'end' && atEnd) pending.push(state.next);
  }
  return false;
}

/** The pattern as PostgreSQL reads it. */
export function patternSql(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'empty': return '(?:)';
    case 'start': return '^';
    case 'end': return '$';
    case 'set': return setSql(pattern.negated, pattern.ranges);
    case 'sequence': return pattern.parts.map((part) => (part.kind === 'choice' ? `(?:${patternSql(part)})` : patternSql(part))).join('');
    case 'choice': return pattern.parts.map(patternSql).join('|');
    case 'repeat': {
      const most = pattern.most === Infinity ? '' : String(pattern.most);
      return `(?:${patternSql(pattern.of)}){${pattern.least},${most}}`;
    }
  }
}

function setSql(negated: boolean, ranges: readonly CodeRange[]): string {
  return `[${negated ? '^' : ''}${ranges.map(([from, to]) => (from === to ? codeSql(from) : `${codeSql(from)}-${codeSql(to)}`)).join('')}]`;
}

/** Always as an escape, so that no character means anything else. */
function codeSql(code: number): string {
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
