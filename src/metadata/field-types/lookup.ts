import { relationType } from './relation-type.ts';

export const lookup = relationType({ name: 'lookup', description: 'A reference to a record of another object, or to several with multiple.', plural: true });
