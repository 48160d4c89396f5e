import type { Checked, ReadField } from './checked.ts';

export interface Summary {
  readonly reads: readonly ReadField[];
  readonly nodes: number;
  readonly usesNow: boolean;
  readonly usesCaller: boolean;
}

/** What an expression reads, and what its value depends on. */
export function summarize(root: Checked): Summary {
  const reads = new Map<string, ReadField>();
  let nodes = 0;
  let usesNow = false;
  let usesCaller = false;
  const visit = (node: Checked): void => {
    nodes += 1;
    if (node.kind === 'field') reads.set([node.root, ...node.steps.map((step) => step.name), node.field.name].join('.'), { kind: 'field', root: node.root, steps: node.steps, field: node.field });
    if (node.kind === 'value' && (node.root === 'user' || node.root === 'org')) usesCaller = true;
    if (node.kind === 'call' && (node.function === 'now' || node.function === 'today')) usesNow = true;
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return { reads: [...reads.values()], nodes, usesNow, usesCaller };
}

/** The parts of a node. */
export function childrenOf(node: Checked): readonly Checked[] {
  switch (node.kind) {
    case 'call': return node.args;
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
