/** Every request comes from the manager, so that what is measured are the rights and not the sign-in. */
export const plugin = {
  name: 'bench-as-manager',
  version: '1.0.0',
  description: 'Takes every request for the first user, who manages the others.',
  server: { authenticate: () => ({ kind: 'user', userId: '019b9321-0100-7000-8000-000000000001', organizationId: undefined, roles: ['manager'], profile: 'manager', attributes: {} }) },
};
