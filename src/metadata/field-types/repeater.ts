import { compositeType } from './composite-type.ts';
import { coerceSubfields } from './embedded.ts';
import { accept, coerceList } from './problem.ts';

export const repeater = compositeType({
  name: 'repeater',
  description: 'A list of values, each made of the declared sub-fields.',
  graphql: () => ({ kind: 'embedded', list: true }),
  coerce(value, field) {
    const coerced = coerceList(value, (item) => {
      const one = coerceSubfields(item, field);
      return 'problem' in one ? one : accept(one.object);
    });
    return 'problem' in coerced ? coerced : accept(JSON.stringify(coerced.values));
  },
});
