/** Tests names against `invoice.*` (one part) or `invoice.**` (any number of parts, none included). Parts end at `.` or `:`. */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern === '') throw new TypeError('The pattern of an event handler is empty; use "**" for all events.');
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = split(pattern);
  const strange = parts.find((part) => part.includes('*') && part !== '*' && part !== '**');
  if (strange !== undefined) throw new TypeError(`"${pattern}": "*" and "**" stand for whole parts of a name, "${strange}" is not supported.`);
  return (name) => matches(parts, 0, split(name), 0);
}

const split = (name: string): string[] => name.split(/[.:]/);

function matches(pattern: readonly string[], at: number, name: readonly string[], from: number): boolean {
  const part = pattern[at];
  if (part === undefined) return from === name.length;
  if (part === '**') {
    for (let next = from; next <= name.length; next += 1) if (matches(pattern, at + 1, name, next)) return true;
    return false;
  }
  if (from >= name.length || (part !== '*' && part !== name[from])) return false;
  return matches(pattern, at + 1, name, from + 1);
}
