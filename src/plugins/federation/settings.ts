import * as z from 'zod';

const header = (name: string, description: string) => z.string().regex(/^[a-z0-9-]+$/, 'must be the name of a header in small letters').default(name).describe(description);

export const federationSettings = z.strictObject({
  leaveOut: z.array(z.string().regex(/^(Query|Mutation|Subscription)\.[A-Za-z_]\w*$/, 'must be a root field such as Query.node')).default([]).describe('Root fields that stay out of the subgraph, such as Query.node; clients of this server keep them.'),
  sdl: z
    .enum(['development', 'router', 'public'])
    .default('development')
    .describe('Who may ask for the SDL of the subgraph (`_service`): everybody outside of production, the router alone, or everybody. The router always may.'),
  router: z
    .strictObject({
      secret: z.string().min(32).optional().describe('What a router proves itself with, 32 characters at least. Without it nothing that a router says of callers is believed.'),
      secretHeader: header('x-router-secret', 'Header that carries the secret.'),
      userHeader: header('x-user', 'Header that names the caller, by id or address; believed together with the secret only.'),
      organizationHeader: header('x-organization', 'Header with the id of the organization in which the caller acts.'),
    })
    .prefault({}),
});

export type FederationSettings = z.output<typeof federationSettings>;
export type FederationSettingsInput = z.input<typeof federationSettings>;
