import type { Catalog, CatalogObject } from '../metadata/catalog.ts';

/** A query to paste after the start: the object with the most children that carry their own name, and the first of them. */
export function sampleQuery(catalog: Catalog): string | undefined {
  const listed = [...catalog.objects.values()].filter(({ system, methods }) => !system && methods.has('list'));
  const children = (object: CatalogObject) =>
    [...object.relations.values()].flatMap((relation) => {
      const target = catalog.objects.get(relation.target);
      return relation.kind === 'many' && target && !target.system && target !== object && relation.name === target.names.many && target.methods.has('list') ? [{ name: relation.name, target }] : [];
    });
  const best = listed.reduce<CatalogObject | undefined>((winner, object) => (winner && children(winner).length >= children(object).length ? winner : object), undefined);
  if (!best) return undefined;
  const [child] = children(best);
  const nested = child ? ` ${child.name}(first: 2) { nodes { ${titleOf(child.target)} } }` : '';
  return `{ ${best.names.many}(first: 3) { totalCount nodes { ${titleOf(best)}${nested} } } }`;
}

function titleOf(object: CatalogObject): string {
  return object.fields.get(object.nameField)?.graphqlName ?? 'id';
}
