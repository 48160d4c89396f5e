import { formattedType } from './families.ts';

export const email = formattedType({ name: 'email', description: 'An email address.', scalar: 'Email' });
