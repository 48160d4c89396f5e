import { booleanType } from './boolean-type.ts';

export const toggle = booleanType({ name: 'toggle', description: 'True or false, shown as a switch.' });
