import { formattedType } from './families.ts';

export const phone = formattedType({ name: 'phone', description: 'A phone number, kept as written.', scalar: 'PhoneNumber' });
