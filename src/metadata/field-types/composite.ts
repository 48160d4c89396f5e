import { compositeType } from './composite-type.ts';
import { coerceEmbedded } from './embedded.ts';

export const composite = compositeType({
  name: 'composite',
  description: 'One value made of declared sub-fields.',
  graphql: () => ({ kind: 'embedded' }),
  coerce: coerceEmbedded,
});
