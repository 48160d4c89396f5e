import { Kind, type DocumentNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import type { LimitSettings } from './settings.ts';
import { limitExceeded } from './request-errors.ts';

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields of the first level. */
  readonly fields: number;
}

const nothing: Size = { depth: 0, aliases: 0, directives: 0, fields: 0 };

/**
 * Refuses a document that is too deep or too wide. Runs before validation, whose rules can be slow on hostile documents;
 * fragments are measured once and counted wherever they are spread.
 */
export function checkSize(document: DocumentNode, limits: LimitSettings): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const measured = new Map<string, Size>();

  const ofFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    measured.set(name, nothing); // a fragment that spreads itself; validation refuses it
    if (!fragment) return nothing;
    const inner = ofSelections(fragment.selectionSet);
    const size = { ...inner, directives: inner.directives + (fragment.directives?.length ?? 0) };
    measured.set(name, size);
    return size;
  };

  const ofSelections = ({ selections }: SelectionSetNode): Size => {
    let { depth, aliases, directives, fields } = nothing;
    for (const selection of selections) {
      directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        fields += 1;
        if (selection.alias) aliases += 1;
      }
      const inner = selection.kind === Kind.FRAGMENT_SPREAD ? ofFragment(selection.name.value) : selection.selectionSet ? ofSelections(selection.selectionSet) : nothing;
      aliases += inner.aliases;
      directives += inner.directives;
      if (selection.kind === Kind.FIELD) depth = Math.max(depth, inner.depth + 1);
      else {
        depth = Math.max(depth, inner.depth);
        fields += inner.fields;
      }
    }
    return { depth, aliases, directives, fields };
  };

  let aliases = 0;
  let directives = 0;
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = ofSelections(definition.selectionSet);
    aliases += size.aliases;
    directives += size.directives + (definition.directives?.length ?? 0);
    if (size.depth > limits.depth) throw limitExceeded('depth', limits.depth, size.depth, 'nests fields {actual} levels deep, at most {maximum} are allowed. Ask for less nesting.');
    if (size.fields > limits.rootFields) throw limitExceeded('rootFields', limits.rootFields, size.fields, 'has {actual} root fields, at most {maximum} are allowed. Send several operations.');
  }
  if (aliases > limits.aliases) throw limitExceeded('aliases', limits.aliases, aliases, 'uses {actual} aliases, at most {maximum} are allowed. Use variables or a list argument.');
  if (directives > limits.directives) throw limitExceeded('directives', limits.directives, directives, 'uses {actual} directives, at most {maximum} are allowed.');
}
