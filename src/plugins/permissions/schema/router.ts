import type { AppliedDirective } from '../../../builder/spec.ts';
import type { Rules } from '../rules.ts';
import type { RouterMode } from '../settings.ts';

/** What a router is told of those that have a right. It must refuse nobody whom the server would let in. */
export function routerDirectives(mode: RouterMode, holders: readonly string[] | undefined, { sets }: Rules, guest: string): readonly AppliedDirective[] {
  if (mode === 'none' || !holders || holders.includes(guest)) return [];
  const everybody = holders.length === 0 || holders.some((name) => sets.get(name)?.isDefault === true);
  if (mode === 'authenticated' || everybody) return [{ name: 'authenticated' }];
  const lists = holders.map((name) => [name]);
  return [mode === 'policy' ? { name: 'policy', args: { policies: lists } } : { name: 'requiresScopes', args: { scopes: lists } }];
}
