import type { DefinitionInput } from '../../metadata/phase.ts';

export const user: DefinitionInput = {
  name: 'sys_user',
  label: 'User',
  pluralLabel: 'Users',
  description: 'A person who works with the app.',
  icon: 'user',
  nameField: 'name',
  searchableFields: ['name', 'email'],
  fields: {
    name: { type: 'text', label: 'Name', required: true, maxLength: 200 },
    email: { type: 'email', label: 'Email', required: true, unique: true, externalId: true },
    image: { type: 'url', label: 'Picture', description: 'Address of a picture of the person.' },
    active: { type: 'boolean', label: 'Active', description: 'Inactive people stay on the records that they own.', defaultValue: true },
    time_zone: { type: 'text', label: 'Time zone', description: 'Name from the IANA list: Europe/Berlin.', maxLength: 64, defaultValue: 'UTC' },
    locale: { type: 'text', label: 'Locale', description: 'Language tag: en, de-AT.', maxLength: 35, defaultValue: 'en' },
  },
};
