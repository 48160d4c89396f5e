/** Takes callers for the person whose number they introduce themselves with, so that what is measured is the delivery and not the sign-in. */
export const plugin = {
  name: 'bench-as-somebody',
  version: '1.0.0',
  description: 'Takes callers for the person whose number they give.',
  server: {
    authenticate(request) {
      const number = Number(request.header('x-person') ?? 0);
      return { kind: 'user', userId: `019b9321-0100-7000-8000-${String(number).padStart(12, '0')}`, organizationId: undefined, roles: [], profile: 'agent', attributes: {} };
    },
  },
};
