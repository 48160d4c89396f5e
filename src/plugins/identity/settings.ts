import { BlockList, isIP } from 'node:net';
import * as z from 'zod';

const flag = (value: boolean, description: string) => z.boolean().default(value).describe(description);
const count = (value: number, min: number, max: number, description: string) => z.int().min(min).max(max).default(value).describe(description);

const range = z.string().refine(isRange, 'must be an address or a range such as 10.0.0.0/8');
const ranges = (description: string) => z.array(range).default([]).describe(description);

/** A provider of OpenID Connect, or of OAuth 2 with a user info endpoint. */
export const providerSettings = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be small letters, digits and hyphens').describe('Name in addresses: /auth/sign-in/<id>.'),
  discoveryUrl: z.url().optional().describe('Address of the OpenID Connect configuration.'),
  authorizationUrl: z.url().optional(),
  tokenUrl: z.url().optional(),
  userInfoUrl: z.url().optional(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  scopes: z.array(z.string().min(1)).default(['openid', 'email', 'profile']),
});

/** Tokens that a gateway or another identity provider signs. */
export const jwtSettings = z
  .strictObject({
  jwksUrl: z.url().optional().describe('Address of the keys that tokens are signed with; absent: JWT are not accepted.'),
  issuer: z.string().min(1).optional().describe('Required value of `iss`; must be set with jwksUrl.'),
  audience: z.string().min(1).optional().describe('Required value of `aud`; must be set with jwksUrl.'),
  organizationClaim: z.string().min(1).optional().describe('Claim that names the organization in which the caller acts, by id or slug; absent: callers act in none.'),
  clockSkew: count(60, 0, 600, 'Seconds that clocks may differ by.'),
  })
  .refine(({ jwksUrl, issuer, audience }) => jwksUrl === undefined || (issuer !== undefined && audience !== undefined), 'jwksUrl needs issuer and audience');

const passwordPolicy = z.strictObject({
  minLength: count(8, 1, 128, 'Fewest characters of a password.'),
  maxLength: count(128, 16, 1024, 'Most characters of a password.'),
  requireUppercase: flag(true, 'A password needs a capital letter.'),
  requireLowercase: flag(true, 'A password needs a small letter.'),
  requireNumbers: flag(true, 'A password needs a digit.'),
  requireSymbols: flag(false, 'A password needs a character that is neither letter nor digit.'),
  expirationDays: count(0, 0, 3650, 'Days after which a password must be changed; 0: never.'),
  historyCount: count(3, 0, 50, 'Former passwords that may not be used again.'),
});

const sessionPolicy = z.strictObject({
  idleTimeout: count(30, 1, 525_600, 'Minutes without a request after which a session ends.'),
  absoluteTimeout: count(480, 1, 525_600, 'Minutes after which a session ends in any case.'),
  forceMfa: flag(false, 'Nothing may be done before two-factor authentication is set up.'),
});

const networkPolicy = z
  .strictObject({
    trustedRanges: ranges('Addresses that people sign in from.'),
    blockUnknown: flag(false, 'Credentials are refused from all other addresses.'),
    vpnRequired: flag(false, 'The same, where `trustedRanges` are the addresses of the VPN.'),
  })
  .refine(({ trustedRanges, blockUnknown, vpnRequired }) => trustedRanges.length > 0 || !(blockUnknown || vpnRequired), 'blockUnknown and vpnRequired need trustedRanges: nobody could sign in');

const auditPolicy = z.strictObject({
  logRetentionDays: z.int().min(1).optional().describe('Has no effect; see changeLog.retentionDays.'),
  sensitiveFields: z.array(z.string()).optional().describe('Has no effect; fields of type secret and internal ones are never logged.'),
  captureRead: z.boolean().optional().describe('Has no effect: reads are not recorded.'),
});

const policyParts = {
  password: passwordPolicy.prefault({}),
  session: sessionPolicy.prefault({}),
  network: networkPolicy.prefault({}),
  audit: auditPolicy.optional().describe('Read, and warned about: it has no effect here.'),
};

const profilePolicy = z.strictObject({
  name: z.string().min(1).describe('For messages.'),
  ...policyParts,
  isDefault: flag(false, 'Takes the place of `policy`.'),
  assignedProfiles: z.array(z.string().min(1)).default([]).describe('Profiles whose people it is for; with several policies for one person, the stricter value of each key counts.'),
});

/** People sign in with small letters, whatever they type. */
const address = z.email().toLowerCase();

export const identitySettings = z.strictObject({
  url: z.url().optional().describe('Address under which people reach the server; absent: the one it listens on. Redirects and links in mails begin with it.'),
  secret: z.string().min(32).optional().describe('Key that cookies are signed and two-factor secrets are encrypted with; absent: made at first start and kept in the database.'),
  signUp: z.boolean().optional().describe('Whether people may sign up themselves; off in production unless set.'),
  requireVerifiedEmail: flag(false, 'Nobody signs in before the e-mail address is verified.'),
  administratorEmail: address.default('admin@example.com').describe('The administrator made at first start.'),
  samplePassword: z.string().min(1).optional().describe('Password of the first administrator and of sample people; absent: made and shown once.'),
  samplePeople: z.array(address).default([]).describe('Addresses of people of the data files who get the same password at first start; nobody in production.'),
  providers: z.array(providerSettings).default([]).describe('Identity providers that people may sign in with.'),
  jwt: jwtSettings.prefault({}),
  trustedProxies: ranges('Proxies whose X-Forwarded-For tells the address of the client.'),
  signIn: z
    .strictObject({
      maxFailures: count(5, 1, 1000, 'Failures for one address of mail, or tenfold for one network address, after which sign-in is locked.'),
      window: count(600, 1, 86_400, 'Seconds for which failures count and a lock lasts.'),
    })
    .prefault({}),
  policy: z.strictObject(policyParts).prefault({}).describe('For everybody whose profile has none of its own.'),
  policies: z
    .array(profilePolicy)
    .default([])
    .refine((list) => list.filter(({ isDefault }) => isDefault).length < 2, 'only one policy can be the default')
    .refine((list) => list.every(({ isDefault, assignedProfiles }) => isDefault || assignedProfiles.length > 0), 'a policy needs assignedProfiles or isDefault: it would count for nobody')
    .describe('Policies of profiles.'),
});

export type IdentitySettings = z.output<typeof identitySettings>;
export type IdentitySettingsInput = z.input<typeof identitySettings>;
export type PasswordPolicy = IdentitySettings['policy']['password'];
export type SessionPolicy = IdentitySettings['policy']['session'];

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/** Tells whether an address lies in one of the ranges. */
export function createRanges(list: readonly string[]): (address: string | undefined) => boolean {
  const blocks = new BlockList();
  for (const text of list) {
    const [address = '', prefix] = text.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) blocks.addAddress(address, family);
    else blocks.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    if (address === undefined) return false;
    const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
    const version = isIP(plain);
    return version !== 0 && blocks.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  };
}
