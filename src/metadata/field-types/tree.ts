import { relationType } from './relation-type.ts';

export const tree = relationType({
  name: 'tree',
  description: 'The parent record of the same object; no record lies below itself.',
  plural: false,
  acyclic: true,
  check(field, report) {
    if (field.reference !== undefined && field.reference.object !== field.object) {
      report('reference', `a tree refers to its own object ${field.object}, not to ${field.reference.object}`, 'Use a lookup for other objects.');
    }
  },
});
