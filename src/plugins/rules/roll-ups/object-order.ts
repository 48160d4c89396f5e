import type { RollUp } from './roll-up.ts';

/** A number for each object, lower for children than for their parents. Objects that summarise each other in a circle share one. */
export function objectOrder(rollUps: readonly Pick<RollUp, 'parent' | 'child'>[]): ReadonlyMap<string, number> {
  const parents = new Map<string, Set<string>>();
  for (const { parent, child } of rollUps) {
    parents.set(parent.name, parents.get(parent.name) ?? new Set());
    parents.set(child.name, (parents.get(child.name) ?? new Set()).add(parent.name));
  }
  const reach = new Map([...parents.keys()].map((name) => [name, reachable(name, parents)]));
  const circleOf = (name: string): string => [...parents.keys()].filter((other) => other === name || (reach.get(name)?.has(other) && reach.get(other)?.has(name))).sort()[0] ?? name;
  // What reaches more stands lower: everything that a parent reaches, its child reaches too.
  const circles = [...new Set([...parents.keys()].map(circleOf))].sort((left, right) => sizeOf(right) - sizeOf(left) || (left < right ? -1 : 1));
  function sizeOf(circle: string): number {
    return [...(reach.get(circle) ?? [])].filter((name) => circleOf(name) !== circle).length;
  }
  return new Map([...parents.keys()].map((name) => [name, circles.indexOf(circleOf(name))]));
}

function reachable(name: string, parents: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const parent of parents.get(next) ?? []) {
      if (found.has(parent)) continue;
      found.add(parent);
      open.push(parent);
    }
  }
  return found;
}
