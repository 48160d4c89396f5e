import { formattedType } from './families.ts';

export const url = formattedType({ name: 'url', description: 'An absolute web address.', scalar: 'URL' });
