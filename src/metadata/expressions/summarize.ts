import type { CatalogField } from '../catalog.ts';
import type { Checked, FindRecord, ReadField } from './checked.ts';

export interface Summary {
  readonly reads: readonly ReadField[];
  readonly finds: readonly (Checked & FindRecord)[];
  readonly nodes: number;
  readonly usesNow: boolean;
  readonly usesCaller: boolean;
}

/** What an expression reads, and what its value depends on. */
export function summarize(root: Checked): Summary {
  const reads = new Map<string, ReadField>();
  const finds: (Checked & FindRecord)[] = [];
  let nodes = 0;
  let usesNow = false;
  let usesCaller = false;
  const visit = (node: Checked): void => {
    nodes += 1;
    if (node.kind === 'field') reads.set([node.root, ...node.steps.map((step) => step.name), node.field.name].join('.'), { kind: 'field', root: node.root, steps: node.steps, field: node.field });
    if (node.kind === 'find') finds.push(node);
    if (node.kind === 'value' && (node.root === 'user' || node.root === 'org')) usesCaller = true;
    if (node.kind === 'call' && (node.function === 'now' || node.function === 'today')) usesNow = true;
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return { reads: [...reads.values()], finds, nodes, usesNow, usesCaller };
}

/** Every field that an expression names: the lookups on the way and the keys that it finds records by among them. */
export function fieldsNamed({ reads, finds }: Pick<Summary, 'reads' | 'finds'>): readonly CatalogField[] {
  return [...reads.flatMap(({ steps, field }) => [...steps, field]), ...finds.flatMap(({ keys, field }) => [...keys.map((key) => key.field), field])];
}

/** The parts of a node. */
export function childrenOf(node: Checked): readonly Checked[] {
  switch (node.kind) {
    case 'call': return node.args;
    case 'find': return node.keys.map(({ value }) => value);
    case 'convert': case 'not': case 'isNull': return [node.value];
    case 'and': case 'or': return node.parts;
    case 'compare': case 'arithmetic': return [node.left, node.right];
    case 'in': return [node.value, node.list];
    case 'conditional': return [node.condition, node.then, node.otherwise];
    case 'list': return node.items;
    case 'quantifier': return [node.list, node.test];
    default: return [];
  }
}
