import * as z from 'zod';

export const routerModes = ['none', 'authenticated', 'requiresScopes', 'policy'] as const;
export type RouterMode = (typeof routerModes)[number];

export const permissionsSettings = z.strictObject({
  routerDirectives: z
    .enum(routerModes)
    .default('none')
    .describe('Directive of Apollo Federation that tells routers whom to refuse early, printed beside @permission: none, authenticated, requiresScopes or policy.'),
});

export type PermissionsSettingsInput = z.input<typeof permissionsSettings>;
