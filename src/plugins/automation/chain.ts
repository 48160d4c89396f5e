import { AsyncLocalStorage } from 'node:async_hooks';
import { ObjectosError } from '../../errors.ts';

/** Rules that led to what is being done, outermost first. */
const chains = new AsyncLocalStorage<readonly string[]>();

export const currentChain = (): readonly string[] => chains.getStore() ?? [];

/** What `work` starts follows from this chain. */
export const withChain = <T>(chain: readonly string[], work: () => T): T => chains.run(chain, work);

/** Throws when one rule more would make the chain too long. */
export function checkChain(chain: readonly string[], next: string, longest: number): void {
  if (chain.length < longest) return;
  const whole = [...chain, next];
  throw new ObjectosError('RECURSION_LIMIT', `Automations started each other more than ${longest} times: ${whole.join(' → ')}.`, { extensions: { chain: whole } });
}
