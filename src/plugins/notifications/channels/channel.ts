import type { Rendered } from '../templates/template.ts';

/** A message to one recipient. */
export interface Outgoing extends Rendered {
  /** Of the delivery: the same for all attempts. */
  readonly id: string;
  /** An address that the channel takes. */
  readonly to: string;
  readonly topic: string;
}

/** Trying again would end the same way. */
export class Undeliverable extends Error {}

export interface Channel {
  /** Why nothing can be sent; undefined when it can. */
  readonly missing: string | undefined;
  /** What is wrong with an address; undefined when it may be one. */
  addressProblem(address: string): string | undefined;
  /** Throws Undeliverable for what stays impossible, anything else for what may go better later. */
  send(message: Outgoing): Promise<void>;
}
