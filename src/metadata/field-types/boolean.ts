import { booleanType } from './boolean-type.ts';

export const boolean = booleanType({ name: 'boolean', description: 'True or false.' });
