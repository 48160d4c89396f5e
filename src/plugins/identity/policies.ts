import { ObjectosError } from '../../errors.ts';
import type { PluginContext } from '../../kernel/lifecycle.ts';
import { anonymous, type Caller } from '../../resolvers/caller.ts';
import { createRanges, type IdentitySettings, type PasswordPolicy, type SessionPolicy } from './settings.ts';

/** What counts for one person. */
export interface Policy {
  readonly password: PasswordPolicy;
  readonly session: SessionPolicy;
  /** Whether credentials are taken from there. */
  isTrusted(address: string | undefined): boolean;
}

export interface Policies {
  /** For people without a policy of their profiles, and for those who are not known yet. */
  readonly standard: Policy;
  /** The longest of all policies, in minutes. */
  readonly longest: { readonly idleTimeout: number; readonly absoluteTimeout: number };
  /** The policy of the person's profiles, the strictest when there are several. */
  of(caller: Pick<Caller, 'userId' | 'organizationId'>): Policy | Promise<Policy>;
  /** Whether anybody's credentials are taken from there. */
  isTrusted(address: string | undefined): boolean;
}

type PolicySettings = IdentitySettings['policy'];

export function createPolicies({ policy, policies }: IdentitySettings, services: PluginContext['services']): Policies {
  const standard = compile(policies.find(({ isDefault }) => isDefault) ?? policy);
  const assigned = policies.filter(({ assignedProfiles }) => assignedProfiles.length > 0).map((each) => ({ profiles: each.assignedProfiles, policy: compile(each) }));
  const all = [standard, ...assigned.map((each) => each.policy)];
  return {
    standard,
    longest: {
      idleTimeout: Math.max(...all.map(({ session }) => session.idleTimeout)),
      absoluteTimeout: Math.max(...all.map(({ session }) => session.absoluteTimeout)),
    },
    of({ userId, organizationId }) {
      const profiles = assigned.length === 0 || userId === undefined ? undefined : services.find('access')?.profiles;
      if (!profiles) return standard;
      return profiles.of({ ...anonymous, kind: 'user', userId, organizationId }).then((names) => {
        const own = assigned.filter((each) => each.profiles.some((name) => names.includes(name)));
        return own.length === 0 ? standard : own.map((each) => each.policy).reduce(strictest);
      });
    },
    isTrusted: (address) => all.some((each) => each.isTrusted(address)),
  };
}

export const refused = (): ObjectosError => new ObjectosError('UNAUTHENTICATED', 'Credentials are not accepted from this address.');

/** Says what of the policies has no effect here. */
export function checkPolicies({ policy, policies }: IdentitySettings, { services, log }: Pick<PluginContext, 'services' | 'log'>): void {
  const profiles = services.find('access')?.profiles;
  const known = profiles?.names();
  for (const [name, each] of [['policy', policy], ...policies.map((own) => [own.name, own] as const)] as const) {
    if (each.audit) log.warn({ policy: name }, `identity: "audit" of the policy "${name}" has no effect: reads are not recorded, and how long changes are kept is said by changeLog.retentionDays.`);
  }
  for (const { name, assignedProfiles } of policies) {
    if (assignedProfiles.length > 0 && !profiles) log.warn({ policy: name }, `identity: the policy "${name}" has no effect: its profiles come from the plugin "permissions", which is not on.`);
    const unknown = known ? assignedProfiles.filter((profile) => !known.includes(profile)) : [];
    if (unknown.length > 0) log.warn({ policy: name, profiles: unknown }, `identity: the policy "${name}" names profiles that do not exist: ${unknown.join(', ')}. There are: ${known?.join(', ') ?? ''}.`);
  }
}

function compile({ password, session, network }: PolicySettings): Policy {
  const isKnown = createRanges(network.trustedRanges);
  const closed = network.blockUnknown || network.vpnRequired;
  return { password, session, isTrusted: (address) => !closed || isKnown(address) };
}

function strictest(one: Policy, other: Policy): Policy {
  const [a, b] = [one.password, other.password];
  return {
    password: {
      minLength: Math.max(a.minLength, b.minLength),
      maxLength: Math.min(a.maxLength, b.maxLength),
      requireUppercase: a.requireUppercase || b.requireUppercase,
      requireLowercase: a.requireLowercase || b.requireLowercase,
      requireNumbers: a.requireNumbers || b.requireNumbers,
      requireSymbols: a.requireSymbols || b.requireSymbols,
      expirationDays: sooner(a.expirationDays, b.expirationDays),
      historyCount: Math.max(a.historyCount, b.historyCount),
    },
    session: {
      idleTimeout: Math.min(one.session.idleTimeout, other.session.idleTimeout),
      absoluteTimeout: Math.min(one.session.absoluteTimeout, other.session.absoluteTimeout),
      forceMfa: one.session.forceMfa || other.session.forceMfa,
    },
    isTrusted: (address) => one.isTrusted(address) && other.isTrusted(address),
  };
}

/** 0 is never. */
const sooner = (a: number, b: number): number => (a === 0 || b === 0 ? Math.max(a, b) : Math.min(a, b));
